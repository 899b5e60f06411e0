// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix, ReadonlyEidTable } from '../addr/index.js';
import { type EncapsulatedControl, type MapNotify, type MapReply, type MapRequest } from '../wire/index.js';
import { startFrom } from './adoption.js';
import { type AwayEntry, AwayTable } from './away.js';
import type { DynamicEidPrefix, XtrConfig } from './config.js';
import type { Counters } from './counters.js';
import { Database, type DatabaseEntry } from './database.js';
import { type DynamicEid, DynamicEids } from './dynamic-eid.js';
import type { Effect, HeldFrame } from './effect.js';
import { HoldQueue } from './hold-queue.js';
import { Itr } from './itr.js';
import { LocalRlocs } from './local-rlocs.js';
import {
  type AdoptedState,
  type EidSighting,
  EXPIRE_BATCH,
  type Machine,
  type Punt,
  type Random,
  type Received,
} from './machine.js';
import type { MapCacheEntry } from './map-cache-entry.js';
import { MapCache } from './map-cache.js';
import { MapNotifyReceiver } from './map-notify.js';
import { earlier, type Part } from './part.js';
import { Recovery } from './recovery.js';
import { Registrar } from './registrar.js';
import { Resolver } from './resolver.js';
import { Responder } from './responder.js';
import { RlocReferences } from './rloc-references.js';
import { SmrReceiver } from './smr-receiver.js';
import { type SmrEntry, SmrSender } from './smr-sender.js';

/** One xTR: ITR, ETR, dynamic EIDs and SMRs, joined. Every input returns what to do, in order. */
export class Xtr implements Machine {
  readonly #config: XtrConfig;
  readonly #counters: Counters;
  readonly #references = new RlocReferences();
  readonly #local: LocalRlocs;
  readonly #held: HoldQueue;
  readonly #mapCache: MapCache;
  readonly #database: Database;
  readonly #resolver: Resolver;
  readonly #recovery: Recovery;
  readonly #registrar: Registrar;
  readonly #smrSender: SmrSender;
  readonly #smrReceiver: SmrReceiver;
  readonly #away: AwayTable;
  readonly #dynamicEids: DynamicEids;
  readonly #mapNotify: MapNotifyReceiver;
  readonly #responder: Responder;
  readonly #itr: Itr;
  readonly #parts: readonly Part[];

  constructor(config: XtrConfig, counters: Counters, random: Random) {
    const { limits } = config;
    this.#config = config;
    this.#counters = counters;
    const local = new LocalRlocs(config.rlocs);
    const held = new HoldQueue(limits, counters);
    const mapCache = new MapCache(limits.mapCacheEntries, this.#references, counters);
    const database = new Database(config.databaseMappings, config.dynamicEids);
    const { mapResolvers } = config;
    const limit = limits.pendingMapRequests;
    const resolver = new Resolver({ mapResolvers, limit, local, held, counters, random });
    const registrar = new Registrar({ ...config, local, counters, random });
    const smr = new SmrSender({ limits, local, counters, random });
    const away = new AwayTable(limits.dynamicEids, this.#references, smr);
    const dynamicEids = new DynamicEids({
      config,
      local,
      database,
      away,
      mapCache,
      registrar,
      smr,
      held,
      counters,
    });
    this.#local = local;
    this.#held = held;
    this.#mapCache = mapCache;
    this.#database = database;
    this.#resolver = resolver;
    this.#recovery = new Recovery(mapCache, resolver, random);
    this.#registrar = registrar;
    this.#smrSender = smr;
    this.#smrReceiver = new SmrReceiver({ limits, mapCache, database, resolver, counters });
    this.#away = away;
    this.#dynamicEids = dynamicEids;
    this.#mapNotify = new MapNotifyReceiver({ config, local, registrar, dynamicEids, away, counters });
    this.#responder = new Responder({ ...config, ...limits, database, local, counters });
    this.#itr = new Itr({ mapCache, database, resolver, held, local, counters });
    this.#parts = [mapCache, resolver, this.#recovery, registrar, smr, this.#smrReceiver, away, dynamicEids];
  }

  get mapCache(): ReadonlyEidTable<MapCacheEntry> {
    return this.#mapCache.table;
  }

  get database(): ReadonlyEidTable<DatabaseEntry> {
    return this.#database.table;
  }

  get dynamicEids(): ReadonlyEidTable<DynamicEid> {
    return this.#dynamicEids.table;
  }

  get away(): ReadonlyEidTable<AwayEntry> {
    return this.#away.table;
  }

  get smr(): ReadonlyEidTable<SmrEntry> {
    return this.#smrSender.table;
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
      pendingMapRequests: this.#resolver.size,
      heldPackets: this.#held.size,
    };
  }

  /** Whether this node is the ETR for `eid`. */
  ownsEid(eid: EidPrefix): boolean {
    return this.#database.owner(eid) !== undefined;
  }

  /** The configured dynamic-EID prefix that `eid` would be learnt in. */
  dynamicPrefixOf(eid: Eid): DynamicEidPrefix | undefined {
    return this.#database.dynamicPrefixOf(eid);
  }

  /** The first input. `adopted`: what the tries hold. */
  start(adopted: AdoptedState, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#references.add(this.#config.mapServers.map((server) => server.address));
      this.#references.add(this.#config.mapResolvers);
      const recovered = startFrom(
        adopted,
        {
          config: this.#config,
          local: this.#local,
          database: this.#database,
          dynamicEids: this.#dynamicEids,
          away: this.#away,
          mapCache: this.#mapCache,
          registrar: this.#registrar,
        },
        now,
        out,
      );
      this.#recovery.plan(recovered, now);
    });
  }

  /** A Map-Request that came without an ECM: SMR (also with P set, as the field has it), RLOC-probe, or a plain one. */
  mapRequest(received: Received, request: MapRequest, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#counters.add('mapRequestsIn');
      if (request.smr) this.#smrReceiver.smr(received, request, now, out);
      else {
        if (request.probe) this.#counters.add('probeMapRequestsIn');
        this.#responder.request(received, request, received.fromPort, now, out);
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
    return this.#handle(now, (out) => {
      this.#counters.add('mapRequestsIn');
      this.#counters.add('encapsulatedMapRequestsIn');
      if (request.smr || request.probe) this.#counters.add('unexpectedMessages');
      else this.#responder.request(received, request, ecm.innerSourcePort, now, out);
    });
  }

  mapReply(received: Received, reply: MapReply, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#itr.mapReply(received, reply, now, out);
    });
  }

  mapNotify(received: Received, notify: MapNotify, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#mapNotify.notify(received, notify, now, out);
    });
  }

  punts(punts: readonly Punt[], now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#counters.add('puntsIn', punts.length);
      const inject: HeldFrame[] = [];
      for (const punt of punts) this.#punt(punt, now, inject, out);
      if (inject.length > 0) out.push({ type: 'inject', frames: inject });
    });
  }

  eidSighted(sighting: EidSighting, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#dynamicEids.sighted(sighting, now, out);
    });
  }

  eidLost(sighting: EidSighting, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#dynamicEids.lost(sighting, now, out);
    });
  }

  /** Asks the Mapping System, or `to`, for `eid`; a LookupResultEffect with this token follows, now or later. */
  lookup(token: number, eid: Eid, to: Address | undefined, now: number): Effect[] {
    return this.#handle(now, (out) => {
      this.#resolver.lookup(token, eid, to, now, out);
    });
  }

  /** Removes what was learnt, see MapCache.clear. */
  clearMapCache(eid: EidPrefix | undefined, now: number): { effects: Effect[]; cleared: number } {
    let cleared = 0;
    const effects = this.#handle(now, (out) => {
      cleared = this.#mapCache.clear(eid, now, out);
    });
    return { effects, cleared };
  }

  nextDeadline(): number | undefined {
    return this.#parts.reduce<number | undefined>(
      (next, part) => earlier(next, part.nextDeadline()),
      undefined,
    );
  }

  expire(now: number): Effect[] {
    const share = Math.floor(EXPIRE_BATCH / this.#parts.length); // so that none of them waits for the others
    return this.#handle(now, (out) => {
      for (const part of this.#parts) part.expire(now, share, out);
    });
  }

  #handle(now: number, step: (out: Effect[]) => void): Effect[] {
    const out: Effect[] = [];
    step(out);
    this.#registrar.flush(now, out);
    this.#references.flush(out);
    return out;
  }

  #punt(punt: Punt, now: number, inject: HeldFrame[], out: Effect[]): void {
    switch (punt.reason) {
      case 'map-cache-miss':
        this.#itr.miss(punt, now, inject, out);
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
    this.#dynamicEids.sighted({ eid, ifindex: punt.ifindex, discovery: 'Packet Reception' }, now, out);
  }

  /** Only for EIDs that were or could be here and are not (the host may have come back since the punt). */
  #stale(punt: Punt, now: number, out: Effect[]): void {
    const eid = { instanceId: punt.instanceId, address: punt.destinationEid };
    if (this.#database.dynamicPrefixOf(eid) === undefined) return;
    if (this.#dynamicEids.table.longestMatch(eid) === undefined) this.#smrSender.stale(punt, now, out);
  }
}
