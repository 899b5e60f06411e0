// SPDX-License-Identifier: Apache-2.0
import {
  type Address,
  ADDRESS_BITS,
  type Eid,
  type EidPrefix,
  EidTable,
  formatEidPrefix,
  hostEidPrefix,
  isRoutableUnicast,
  type Prefix,
  type ReadonlyEidTable,
} from '#addr/index.js';
import { PendingProbes } from './pending-probes.js';
import type { AwayTable } from './away.js';
import type { DynamicEidPrefix, XtrConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Database } from '#control/etr/database.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import type { HoldQueue } from '#control/itr/hold-queue.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import { usableRlocs } from '#control/locators/locator-set.js';
import type { Discovery, EidSighting } from '#control/contract/inputs.js';
import type { InputHandlers, Handler } from '#control/contract/machine.js';
import type { MapCache } from '#control/itr/map-cache.js';
import { earlier, type Part, report } from '#control/kit/part.js';
import type { OwnAddresses } from './own-addresses.js';
import { IntervalLimiter } from '#control/kit/rate-limit.js';
import type { ServerRegistration } from '#control/etr/registrar-state.js';
import type { Registrar } from '#control/etr/registrar.js';
import { IdleEviction } from './idle-eviction.js';
import type { SmrSender } from './smr-sender.js';

/** A dynamic EID is deleted after this time without activity: IOS keeps silent hosts for a day. */
export const DYNAMIC_EID_TIMEOUT_ms = 24 * 3_600_000;
/**
 * The host is probed this long before the timeout. XDP forwards the packets of a busy host without the
 * kernel, so the neighbour entry, and with it the last activity, may be old.
 */
export const DYNAMIC_EID_PROBE_BEFORE_ms = 60_000;
/**
 * Minimum time between two probes of a host after moves. An address that two sites answer for would otherwise
 * move back and forth as fast as messages travel.
 */
export const MOVE_PROBE_INTERVAL_ms = 60_000;

/**
 * Delay of the withdrawal after a move. The Map-Server announced the move, so it has the new registration.
 * The withdrawal can wait until the SMRs and the Map-Requests that they cause are sent. Hosts that move
 * together share messages.
 */
export const WITHDRAW_DELAY_ms = 20;

/** A host that was learnt. Times are CLOCK_MONOTONIC milliseconds. */
export interface DynamicEid {
  readonly eid: Eid;
  readonly prefix: DynamicEidPrefix;
  readonly ifindex: number;
  /**
   * How it was first detected. An address of this router becomes 'Local Address', however it was detected
   * first.
   */
  readonly discovery: Discovery;
  readonly createdAt_ms: number;
  readonly lastActivity_ms: number;
}

type Entry = { -readonly [K in keyof DynamicEid]: DynamicEid[K] };

export interface DynamicEidsContext {
  readonly config: XtrConfig;
  readonly local: LocalRlocs;
  readonly database: Database;
  readonly away: AwayTable;
  readonly mapCache: MapCache;
  readonly registrar: Registrar;
  readonly smr: SmrSender;
  readonly held: HoldQueue;
  readonly ownAddresses: OwnAddresses;
  readonly counters: Counters;
}

/**
 * Hosts in dynamic-EID prefixes: learnt when seen here, deleted when the Map-Server announces that they
 * moved.
 */
export class DynamicEids implements Part, Handler {
  readonly inputs: InputHandlers = {
    'eid-sighted': ({ sighting }, now, out) => {
      this.sighted(sighting, now, out);
    },
    'eid-lost': ({ sighting }, now, out) => {
      this.#lost(sighting, now, out);
    },
    // Hosts learnt on other interfaces stay until they are seen again.
    'eid-interfaces': ({ interfaces }) => {
      this.#interfaces = interfaces;
    },
  };
  readonly #table = new EidTable<Entry>();
  readonly #timeouts = new DeadlineQueue<Entry>();
  /**
   * Hosts that the tries had at start. They may have moved while the agent was down, and a Map-Register would
   * take them from their new site. So they are probed first.
   */
  readonly #recovered = new PendingProbes<Entry>();
  readonly #idleEviction: IdleEviction<Entry>;
  readonly #context: DynamicEidsContext;
  readonly #moveProbes: IntervalLimiter;
  #interfaces: XtrConfig['eidInterfaces'];
  #full = false;

  constructor(context: DynamicEidsContext) {
    this.#context = context;
    this.#idleEviction = new IdleEviction<Entry>(this.#table, (eid) =>
      context.ownAddresses.isOwnAddress(eid),
    );
    this.#moveProbes = new IntervalLimiter(MOVE_PROBE_INTERVAL_ms, context.config.limits.dynamicEids);
    this.#interfaces = context.config.eidInterfaces;
  }

  get table(): ReadonlyEidTable<DynamicEid> {
    return this.#table;
  }

  /** A host was seen on an interface. It is local, whatever an earlier Map-Notify said. */
  sighted(sighting: EidSighting, now: number, out: Effect[]): void {
    const known = this.#table.get(hostEidPrefix(sighting.eid));
    if (known !== undefined) this.#seenAgain(known, sighting, now, out);
    else this.#learn(sighting, now, out);
  }

  /**
   * Takes over a host of the trie, so that packets still reach it. It is registered when it answers, and
   * deleted when it does not. Returns false if it is not allowed or there is no room.
   */
  recover(eid: Eid, ifindex: number, now: number, out: Effect[]): boolean {
    const entry = this.#admit({ eid, ifindex, discovery: 'Recovered' }, now, out);
    if (entry === undefined) return false;
    out.push({ type: 'host-route-add', eid, ifindex });
    this.#addToDatabase(entry, this.#context.registrar.unregistered(now));
    this.#recovered.add(entry, now);
    return true;
  }

  /**
   * Deletes a removed local address. A neighbour that failed may be a silent host, which stays, as on IOS.
   */
  #lost(sighting: EidSighting, now: number, out: Effect[]): void {
    const entry = this.#table.get(hostEidPrefix(sighting.eid));
    if (sighting.discovery !== 'Local Address' || entry?.ifindex !== sighting.ifindex) return;
    this.#forget(entry, 'local address removed', now, out);
  }

  /**
   * The Map-Server announced that a host of ours is behind other RLOCs. The data path is changed first: from
   * then on it re-encapsulates stale packets.
   */
  moved(
    eid: EidPrefix,
    locators: readonly ForwardingLocator[],
    lifetime_ms: number,
    now: number,
    out: Effect[],
  ): void {
    const entry = this.#table.get(eid);
    if (entry === undefined) return;
    const { away, ownAddresses } = this.#context;
    if (!ownAddresses.takeOver(eid, out)) away.set(eid, locators, lifetime_ms, now, out);
    this.#drop(entry, out);
    this.#context.registrar.withdraw(eid, now, WITHDRAW_DELAY_ms);
    out.push(report({ name: 'eid-away', eid, rlocs: usableRlocs(locators) }));
    this.#probeAfterMove(entry, now, out);
  }

  nextDeadline(): number | undefined {
    const probes = earlier(this.#recovered.nextDeadline(), this.#idleEviction.nextDeadline());
    return earlier(this.#timeouts.next(), probes);
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const entry of this.#recovered.expire(now, limit, out))
      this.#forget(entry, 'no answer after the restart', now, out);
    for (const entry of this.#idleEviction.expire(now, limit, out))
      this.#forget(entry, 'no answer while the table was full', now, out);
    for (const entry of this.#timeouts.take(now, limit)) {
      if (entry.discovery === 'Local Address') continue; // it answers no probe; `lost` reports its end
      const endsAt_ms = entry.lastActivity_ms + DYNAMIC_EID_TIMEOUT_ms;
      if (endsAt_ms <= now) {
        this.#forget(entry, 'no activity', now, out);
      } else if (endsAt_ms - DYNAMIC_EID_PROBE_BEFORE_ms <= now) {
        out.push({ type: 'probe-host', eid: entry.eid, ifindex: entry.ifindex });
        this.#timeouts.set(entry, endsAt_ms);
      } else {
        this.#timeouts.set(entry, endsAt_ms - DYNAMIC_EID_PROBE_BEFORE_ms);
      }
    }
  }

  /**
   * A restarted Map-Server takes any refresh for a move, also that of an xTR that the host left long ago. If
   * the host is here, its answer makes it local again.
   */
  #probeAfterMove({ eid, ifindex }: Entry, now: number, out: Effect[]): void {
    if (this.#moveProbes.allow(formatEidPrefix(hostEidPrefix(eid)), now))
      out.push({ type: 'probe-host', eid, ifindex, afterMove: true });
  }

  #seenAgain(entry: Entry, sighting: EidSighting, now: number, out: Effect[]): void {
    entry.lastActivity_ms = now;
    const { ifindex, eid, discovery } = sighting;
    if (discovery === 'Local Address') entry.discovery = discovery;
    if (!this.#isEidInterface(ifindex, eid)) return;
    const prefix = hostEidPrefix(eid);
    if (entry.ifindex !== ifindex) {
      out.push({ type: 'host-route-delete', eid, ifindex: entry.ifindex });
      entry.ifindex = ifindex;
      out.push({ type: 'local-eid-set', eid: prefix, entry: { kind: 'local', ifindex, dynamic: true } });
      out.push({ type: 'host-route-add', eid, ifindex });
      out.push(report({ name: 'eid-learnt', eid: prefix, detail: 'on another interface' }));
    }
    this.#idleEviction.cancel(prefix);
    if (this.#recovered.remove(prefix)) this.#register(entry, now, out);
    else this.#context.registrar.confirm(prefix, now);
  }

  #learn(sighting: EidSighting, now: number, out: Effect[]): void {
    const entry = this.#admit(sighting, now, out);
    if (entry === undefined) return;
    const { eid, ifindex } = entry;
    const local = { kind: 'local', ifindex, dynamic: true } as const;
    out.push({ type: 'local-eid-set', eid: hostEidPrefix(eid), entry: local });
    out.push({ type: 'host-route-add', eid, ifindex });
    this.#register(entry, now, out);
  }

  /**
   * Adds the host to the table and deletes its map-cache and away entries. Undefined: it is not allowed, or
   * there is no room.
   */
  #admit({ eid, ifindex, discovery }: EidSighting, now: number, out: Effect[]): Entry | undefined {
    const within = this.#admits(eid, ifindex);
    if (within === undefined || this.#refuseIfFull(now, out)) return undefined;
    const prefix = hostEidPrefix(eid);
    const { mapCache, away, smr } = this.#context;
    mapCache.remove(prefix, 'local now', out); // before the local EID goes into the same trie
    away.remove(prefix);
    smr.forget(prefix);
    const entry = { eid, prefix: within, ifindex, discovery, createdAt_ms: now, lastActivity_ms: now };
    this.#table.set(prefix, entry);
    this.#timeouts.set(entry, now + DYNAMIC_EID_TIMEOUT_ms - DYNAMIC_EID_PROBE_BEFORE_ms);
    return entry;
  }

  #register(entry: Entry, now: number, out: Effect[]): void {
    const { registrar, held } = this.#context;
    const eid = hostEidPrefix(entry.eid);
    out.push(report({ name: 'eid-learnt', eid, detail: entry.discovery }));
    const frames = held.settle(eid, () => 'release'); // frames queued for a Map-Reply go to the local host
    if (frames.length > 0) out.push({ type: 'inject', frames });
    this.#addToDatabase(entry, registrar.register(eid, now, entry));
  }

  #addToDatabase(entry: Entry, registrations: readonly ServerRegistration[]): void {
    const { eid, prefix: dynamicEid, createdAt_ms } = entry;
    this.#context.database.add({ eid: hostEidPrefix(eid), dynamicEid, createdAt_ms, registrations });
  }

  #forget(entry: Entry, why: string, now: number, out: Effect[]): void {
    const eid = hostEidPrefix(entry.eid);
    if (!this.#context.ownAddresses.takeOver(eid, out)) out.push({ type: 'local-eid-delete', eid });
    this.#drop(entry, out);
    this.#context.registrar.withdraw(eid, now);
    out.push(report({ name: 'eid-forgotten', eid, detail: why }));
  }

  #drop(entry: Entry, out: Effect[]): void {
    const eid = hostEidPrefix(entry.eid);
    this.#table.delete(eid);
    this.#timeouts.delete(entry);
    this.#recovered.remove(eid);
    this.#idleEviction.cancel(eid);
    this.#context.database.delete(eid);
    out.push({ type: 'host-route-delete', eid: entry.eid, ifindex: entry.ifindex });
    this.#full = false;
  }

  /** The dynamic-EID prefix in which this host may be learnt on this interface. */
  #admits(eid: Eid, ifindex: number): DynamicEidPrefix | undefined {
    if (!this.#isEidInterface(ifindex, eid)) return undefined;
    const { local, ownAddresses } = this.#context;
    if (!isRoutableUnicast(eid.address) || local.has(eid.address) || ownAddresses.holds(eid))
      return undefined;
    const within = this.#context.database.dynamicPrefixOf(eid);
    return within !== undefined && isHostAddress(eid.address, within.eid.prefix) ? within : undefined;
  }

  #isEidInterface(ifindex: number, eid: Eid): boolean {
    return this.#interfaces.some((known) => known.ifindex === ifindex && known.instanceId === eid.instanceId);
  }

  #refuseIfFull(now: number, out: Effect[]): boolean {
    const { config, counters } = this.#context;
    if (this.#table.size < config.limits.dynamicEids) return false;
    counters.add('dynamicEidsFull');
    this.#idleEviction.onRefused(now);
    if (!this.#full)
      out.push(report({ name: 'table-full', detail: `dynamic EIDs: ${config.limits.dynamicEids} entries` }));
    this.#full = true;
    return true;
  }
}

/**
 * False for the network or broadcast address of the prefix (IPv4, RFC 1122 section 3.2.1.3; a /31 has
 * neither, RFC 3021) and for the Subnet-Router anycast address (IPv6, RFC 4291 section 2.6.1; a /127 has
 * none, RFC 6164).
 */
function isHostAddress(address: Address, prefix: Prefix): boolean {
  const hostBits = ADDRESS_BITS[address.family] - prefix.length;
  if (hostBits < 2) return true;
  const host = address.bits - prefix.address.bits;
  if (host === 0n) return false;
  return address.family === 6 || host !== (1n << BigInt(hostBits)) - 1n;
}
