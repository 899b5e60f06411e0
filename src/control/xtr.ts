// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix, ReadonlyEidTable } from '#addr/index.js';
import { type EncapsulatedControl, type MapNotify, type MapReply, type MapRequest } from '#wire/index.js';
import { startFrom } from './adoption.js';
import type { AwayEntry } from './mobility/away.js';
import type { DynamicEidPrefix, XtrConfig } from './contract/config.js';
import type { Counters } from './contract/counters.js';
import type { DatabaseEntry } from './etr/database.js';
import type { DynamicEid } from './mobility/dynamic-eid.js';
import type { Effect, HeldFrame } from './contract/effect.js';
import { EXPIRE_BATCH, type Machine, type Random } from './contract/machine.js';
import type { AdoptedState, EidSighting, OwnAddress, Punt, Received } from './contract/inputs.js';
import type { MapCacheEntry } from './itr/map-cache-entry.js';
import { earlier } from './kit/part.js';
import type { SmrEntry } from './mobility/smr-sender.js';
import { type XtrMachines, xtrMachines } from './xtr-machines.js';

/**
 * One xTR: ITR, ETR, dynamic EIDs and SMRs, joined. Every input returns what to do, in order, but for Map-Registers:
 * `flush` sends those of all inputs before it, so that what comes together shares messages.
 */
export class Xtr implements Machine {
  readonly #counters: Counters;
  readonly #machines: XtrMachines;

  constructor(config: XtrConfig, counters: Counters, random: Random) {
    this.#counters = counters;
    this.#machines = xtrMachines(config, counters, random);
  }

  get mapCache(): ReadonlyEidTable<MapCacheEntry> {
    return this.#machines.mapCache.table;
  }

  get database(): ReadonlyEidTable<DatabaseEntry> {
    return this.#machines.database.table;
  }

  get dynamicEids(): ReadonlyEidTable<DynamicEid> {
    return this.#machines.dynamicEids.table;
  }

  get away(): ReadonlyEidTable<AwayEntry> {
    return this.#machines.away.table;
  }

  get smr(): ReadonlyEidTable<SmrEntry> {
    return this.#machines.smr.table;
  }

  sizes(): {
    readonly mapCache: number;
    readonly database: number;
    readonly away: number;
    readonly pendingMapRequests: number;
    readonly heldPackets: number;
  } {
    return {
      mapCache: this.mapCache.size,
      database: this.database.size,
      away: this.away.size,
      pendingMapRequests: this.#machines.resolver.size,
      heldPackets: this.#machines.held.size,
    };
  }

  /** Whether this node is the ETR for `eid`. */
  ownsEid(eid: EidPrefix): boolean {
    return this.#machines.database.owner(eid) !== undefined;
  }

  /** The configured dynamic-EID prefix that `eid` would be learnt in. */
  dynamicPrefixOf(eid: Eid): DynamicEidPrefix | undefined {
    return this.#machines.database.dynamicPrefixOf(eid);
  }

  /** The first input. `adopted`: what the tries hold. */
  start(adopted: AdoptedState, now: number): Effect[] {
    return effectsOf((out) => {
      const { config, references, recovery } = this.#machines;
      references.add(config.mapServers.map((server) => server.address));
      references.add(config.mapResolvers);
      recovery.plan(startFrom(adopted, this.#machines, now, out), now);
    });
  }

  /** A Map-Request that came without an ECM: SMR (also with P set, as the field has it), RLOC-probe, or a plain one. */
  mapRequest(received: Received, request: MapRequest, now: number): Effect[] {
    return effectsOf((out) => {
      this.#counters.add('mapRequestsIn');
      if (request.smr) this.#machines.smrReceiver.smr(received, request, now, out);
      else {
        if (request.probe) this.#counters.add('probeMapRequestsIn');
        const asking = { received, request, encapsulated: false, replyPort: received.fromPort };
        this.#machines.responder.request(asking, now, out);
      }
    });
  }

  /** A Map-Request that a Map-Server forwarded to us as the ETR. Probes and SMRs do not come this way (RFC 9301). */
  encapsulatedMapRequest(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    now: number,
  ): Effect[] {
    return effectsOf((out) => {
      this.#counters.add('mapRequestsIn');
      this.#counters.add('encapsulatedMapRequestsIn');
      if (request.smr || request.probe) this.#counters.add('unexpectedMessages');
      else {
        const asking = { received, request, encapsulated: true, replyPort: ecm.innerSourcePort };
        this.#machines.responder.request(asking, now, out);
      }
    });
  }

  mapReply(received: Received, reply: MapReply, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.itr.mapReply(received, reply, now, out);
    });
  }

  mapNotify(received: Received, notify: MapNotify, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.mapNotify.notify(received, notify, now, out);
    });
  }

  punts(punts: readonly Punt[], now: number): Effect[] {
    return effectsOf((out) => {
      this.#counters.add('puntsIn', punts.length);
      const inject: HeldFrame[] = [];
      for (const punt of punts) this.#punt(punt, now, inject, out);
      if (inject.length > 0) out.push({ type: 'inject', frames: inject });
    });
  }

  /** The answer to a CheckTrafficEffect: packets of a map-cache entry so far. */
  traffic(eid: EidPrefix, packets: number, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.itr.traffic(eid, packets, now, out);
    });
  }

  /** The addresses of this router on its EID-facing interfaces, all of them; also before `start`. */
  ownAddresses(addresses: readonly OwnAddress[]): Effect[] {
    return effectsOf((out) => {
      this.#machines.ownAddresses.replace(addresses, out);
    });
  }

  /** Replaces the EID-facing interfaces of the configuration; what was learnt on others stays until it is seen again. */
  eidInterfaces(interfaces: XtrConfig['eidInterfaces']): void {
    this.#machines.dynamicEids.watch(interfaces);
  }

  eidSighted(sighting: EidSighting, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.dynamicEids.sighted(sighting, now, out);
    });
  }

  eidLost(sighting: EidSighting, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.dynamicEids.lost(sighting, now, out);
    });
  }

  /** The tries had no room for these mappings: packets meet what covers them, and so does the map-cache. */
  trieRefused(eids: readonly EidPrefix[]): Effect[] {
    return effectsOf((out) => {
      for (const eid of eids) this.#machines.mapCache.remove(eid, 'no room in the data path', out);
    });
  }

  /** Asks the Mapping System, or `to`, for `eid`; a LookupResultEffect with this token follows, now or later. */
  lookup(token: number, eid: Eid, to: Address | undefined, now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.resolver.lookup(token, eid, to, now, out);
    });
  }

  /** Removes what was learnt, see MapCache.clear. */
  clearMapCache(eid: EidPrefix | undefined, now: number, onFound: (count: number) => void): Effect[] {
    return effectsOf((out) => {
      this.#machines.mapCache.clear(eid, now, onFound, out);
    });
  }

  nextDeadline(): number | undefined {
    return this.#machines.parts.reduce<number | undefined>(
      (next, part) => earlier(next, part.nextDeadline()),
      undefined,
    );
  }

  expire(now: number): Effect[] {
    const share = Math.floor(EXPIRE_BATCH / this.#machines.parts.length); // so that none of them waits for the others
    return effectsOf((out) => {
      for (const part of this.#machines.parts) part.expire(now, share, out);
    });
  }

  /** Since `written_ms` the tries have what was handled at `now`. */
  written(now: number, written_ms: number): void {
    this.#machines.writes.add(now, written_ms);
  }

  /** After one input or several. */
  flush(now: number): Effect[] {
    return effectsOf((out) => {
      this.#machines.registrar.flush(now, out);
      this.#machines.references.flush(out);
    });
  }

  #punt(punt: Punt, now: number, inject: HeldFrame[], out: Effect[]): void {
    switch (punt.reason) {
      case 'map-cache-miss':
        this.#machines.itr.miss(punt, now, inject, out);
        break;
      case 'eid-detected':
        this.#detected(punt, now, out);
        break;
      case 'stale':
        this.#stale(punt, now, out);
        break;
      case 'no-neighbour': // the data path sends the frame on by itself
        break;
    }
  }

  /** The source of a packet that came encapsulated is somebody else's EID, whatever the reason says. */
  #detected(punt: Punt, now: number, out: Effect[]): void {
    if (punt.outerSource !== undefined) return;
    const eid = { instanceId: punt.instanceId, address: punt.sourceEid };
    this.#machines.dynamicEids.sighted(
      { eid, ifindex: punt.ifindex, discovery: 'Packet Reception' },
      now,
      out,
    );
  }

  /** Only for EIDs that were or could be here and are not (the host may have come back since the punt). */
  #stale(punt: Punt, now: number, out: Effect[]): void {
    const eid = { instanceId: punt.instanceId, address: punt.destinationEid };
    if (this.#machines.database.dynamicPrefixOf(eid) === undefined) return;
    if (this.#machines.dynamicEids.table.longestMatch(eid) !== undefined) return;
    const moved = this.#machines.away.table.longestMatch(eid) !== undefined;
    this.#machines.smr.stale(punt, moved, now, out);
  }
}

function effectsOf(step: (out: Effect[]) => void): Effect[] {
  const out: Effect[] = [];
  step(out);
  return out;
}
