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

/** A dynamic EID is forgotten after so long without a sign of life: IOS keeps silent hosts for a day. */
export const DYNAMIC_EID_TIMEOUT_ms = 24 * 3_600_000;
/**
 * So long before that, the host is asked whether it is there. XDP carries the packets of a busy host past the kernel, so
 * its neighbour entry, and with it the last sign of life, may be old.
 */
export const DYNAMIC_EID_PROBE_BEFORE_ms = 60_000;
/**
 * A host that is given away is asked once in this time whether it is not here after all: an address that two sites
 * answer for would go back and forth as fast as messages travel.
 */
export const MOVE_PROBE_INTERVAL_ms = 60_000;

/**
 * The Map-Server has just told of the move and has the new registration: taking the old one back can wait until the SMRs
 * are out and the Map-Requests that they lead to are through, and those of a crowd share messages.
 */
export const WITHDRAW_DELAY_ms = 20;

/** A host that was learnt. Times are CLOCK_MONOTONIC milliseconds. */
export interface DynamicEid {
  readonly eid: Eid;
  readonly prefix: DynamicEidPrefix;
  readonly ifindex: number;
  /** How it was noticed first; an address of this router is one however it was noticed before. */
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

/** Hosts in dynamic-EID prefixes: learnt when seen here, gone when the Map-Server says that they are elsewhere. */
export class DynamicEids implements Part, Handler {
  readonly inputs: InputHandlers = {
    'eid-sighted': ({ sighting }, now, out) => {
      this.sighted(sighting, now, out);
    },
    'eid-lost': ({ sighting }, now, out) => {
      this.#lost(sighting, now, out);
    },
    // What was learnt on other interfaces stays until it is seen again.
    'eid-interfaces': ({ interfaces }) => {
      this.#interfaces = interfaces;
    },
  };
  readonly #table = new EidTable<Entry>();
  readonly #timeouts = new DeadlineQueue<Entry>();
  /**
   * Hosts that the tries held at start. They may have moved while nobody listened: registering them would take them from
   * where they are now, so they are asked first.
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

  /** A host showed itself on an interface. It is here, whatever a Map-Notify said before. */
  sighted(sighting: EidSighting, now: number, out: Effect[]): void {
    const known = this.#table.get(hostEidPrefix(sighting.eid));
    if (known !== undefined) this.#seenAgain(known, sighting, now, out);
    else this.#learn(sighting, now, out);
  }

  /**
   * Takes over a host that the trie holds: packets go on reaching it. It is registered when it answers, and forgotten
   * when it does not. False: it may not or can not be kept.
   */
  recover(eid: Eid, ifindex: number, now: number, out: Effect[]): boolean {
    const entry = this.#admit({ eid, ifindex, discovery: 'Recovered' }, now, out);
    if (entry === undefined) return false;
    out.push({ type: 'host-route-add', eid, ifindex });
    this.#addToDatabase(entry, this.#context.registrar.unregistered(now));
    this.#recovered.add(entry, now);
    return true;
  }

  /** A local address is gone. A neighbour that failed may be a silent host, which stays, as on IOS. */
  #lost(sighting: EidSighting, now: number, out: Effect[]): void {
    const entry = this.#table.get(hostEidPrefix(sighting.eid));
    if (sighting.discovery !== 'Local Address' || entry?.ifindex !== sighting.ifindex) return;
    this.#forget(entry, 'local address removed', now, out);
  }

  /**
   * The Map-Server says that a host of ours is behind other RLOCs. The data path comes first: from then on stale
   * packets are re-encapsulated.
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
      if (entry.discovery === 'Local Address') continue; // it answers nobody; `lost` tells its end
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
   * A Map-Server that restarted takes any refresh for a move, also that of an xTR which the host left long since. If
   * the host is here, its answer brings it back.
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

  /** Into the table, and out of all that spoke of it being elsewhere. Undefined: it may not or can not be here. */
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
    const frames = held.settle(eid, () => 'release'); // what waited for a Map-Reply has arrived
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

  /** The dynamic-EID prefix that takes this host on this interface. */
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
 * Not the network or broadcast address of the prefix (IPv4, RFC 1122 section 3.2.1.3; a /31 has neither, RFC 3021), nor
 * the Subnet-Router anycast address (IPv6, RFC 4291 section 2.6.1; a /127 has none, RFC 6164).
 */
function isHostAddress(address: Address, prefix: Prefix): boolean {
  const hostBits = ADDRESS_BITS[address.family] - prefix.length;
  if (hostBits < 2) return true;
  const host = address.bits - prefix.address.bits;
  if (host === 0n) return false;
  return address.family === 6 || host !== (1n << BigInt(hostBits)) - 1n;
}
