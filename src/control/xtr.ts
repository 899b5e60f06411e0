// SPDX-License-Identifier: Apache-2.0
import type { Eid, EidPrefix, ReadonlyEidTable } from '#addr/index.js';
import type { EncapsulatedControl, MapRequest } from '#wire/messages.js';
import { adoptTries } from './adoption.js';
import type { AwayEntry } from './mobility/away.js';
import type { DynamicEidPrefix, XtrConfig } from './contract/config.js';
import type { Counters } from './contract/counters.js';
import type { DatabaseEntry } from './etr/database.js';
import type { DynamicEid } from './mobility/dynamic-eid.js';
import type { Effect } from './contract/effect.js';
import {
  EXPIRE_BATCH,
  type InputHandlers,
  type Random,
  type Role,
  type Handler,
} from './contract/machine.js';
import type { AdoptedState, Received } from './contract/inputs.js';
import type { MapCacheEntry } from './itr/map-cache-entry.js';
import type { LocatorState } from './locators/locator-state.js';
import { earlier } from './kit/part.js';
import type { SmrEntry } from './mobility/smr-sender.js';
import { type XtrMachines, xtrMachines } from './xtr-machines.js';

/**
 * One xTR: joins ITR, ETR, dynamic EIDs and SMRs. The machines handle the inputs. Map-Registers wait for
 * `flush`, so that EIDs of one turn share messages.
 */
export class Xtr implements Role {
  readonly handlers: readonly Handler[];
  readonly #counters: Counters;
  readonly #machines: XtrMachines;

  constructor(config: XtrConfig, counters: Counters, random: Random) {
    this.#counters = counters;
    this.#machines = xtrMachines(config, counters, random);
    const start: InputHandlers = {
      start: ({ adopted }, now, out) => {
        this.#start(adopted, now, out);
      },
    };
    this.handlers = [{ inputs: start }, ...this.#machines.handlers];
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

  /** The locators of a map-cache entry with the present states of their RLOCs. */
  locatorsOf(entry: MapCacheEntry): readonly LocatorState[] {
    return this.#machines.reachability.statesOf(entry.locators);
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

  /** The configured dynamic-EID prefix in which `eid` would be learnt. */
  dynamicPrefixOf(eid: Eid): DynamicEidPrefix | undefined {
    return this.#machines.database.dynamicPrefixOf(eid);
  }

  /** Handles an SMR (routers in the field also set P in it), an RLOC-probe, or a plain Map-Request. */
  mapRequest(received: Received, request: MapRequest, now: number, out: Effect[]): void {
    this.#counters.add('mapRequestsIn');
    if (request.smr) this.#machines.smrReceiver.smr(received, request, now, out);
    else {
      if (request.probe) this.#counters.add('probeMapRequestsIn');
      const asking = { received, request, encapsulated: false, replyPort: received.fromPort };
      this.#machines.responder.request(asking, now, out);
    }
  }

  /**
   * Handles a Map-Request that a Map-Server forwarded to us as the ETR. RLOC-probes and SMRs do not arrive
   * encapsulated (RFC 9301).
   */
  encapsulatedMapRequest(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    now: number,
    out: Effect[],
  ): void {
    this.#counters.add('mapRequestsIn');
    this.#counters.add('encapsulatedMapRequestsIn');
    if (request.smr || request.probe) this.#counters.add('unexpectedMessages');
    else {
      const asking = { received, request, encapsulated: true, replyPort: ecm.innerSourcePort };
      this.#machines.responder.request(asking, now, out);
    }
  }

  nextDeadline(): number | undefined {
    return this.#machines.parts.reduce<number | undefined>(
      (next, part) => earlier(next, part.nextDeadline()),
      undefined,
    );
  }

  expire(now: number, out: Effect[]): void {
    const share = Math.floor(EXPIRE_BATCH / this.#machines.parts.length); // no machine delays the others
    for (const part of this.#machines.parts) part.expire(now, share, out);
  }

  flush(now: number, out: Effect[]): void {
    this.#machines.registrar.flush(now, out);
    if (!this.#machines.references.flush(out)) return;
    this.#machines.reachability.forgetUnused(out);
    this.#machines.pathMtus.forgetUnused(out);
  }

  /** @param adopted what the pinned tries hold */
  #start(adopted: AdoptedState, now: number, out: Effect[]): void {
    const { config, references, reachability, pathMtus, recovery } = this.#machines;
    references.add(config.mapServers.map((server) => server.address));
    references.add(config.mapResolvers);
    recovery.plan(adoptTries(adopted, this.#machines, now, out), now);
    reachability.recover(adopted.rlocsDown, now, out);
    pathMtus.recover(adopted.pathMtus ?? [], now, out);
  }
}
