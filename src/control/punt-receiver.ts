// SPDX-License-Identifier: Apache-2.0
import type { Counters } from './contract/counters.js';
import type { Effect, HeldFrame } from './contract/effect.js';
import type { Punt } from './contract/inputs.js';
import type { InputHandlers, Handler } from './contract/machine.js';
import type { Database } from './etr/database.js';
import type { CoreIcmp } from './icmp/core-icmp.js';
import type { IcmpSender } from './icmp/icmp-sender.js';
import type { Oversized } from './icmp/oversized.js';
import type { Itr } from './itr/itr.js';
import type { AwayTable } from './mobility/away.js';
import type { DynamicEids } from './mobility/dynamic-eid.js';
import type { SmrSender } from './mobility/smr-sender.js';

export interface PuntReceiverContext {
  readonly itr: Itr;
  readonly database: Database;
  readonly dynamicEids: DynamicEids;
  readonly away: AwayTable;
  readonly smr: SmrSender;
  readonly oversized: Oversized;
  readonly icmp: IcmpSender;
  readonly coreIcmp: CoreIcmp;
  readonly counters: Counters;
}

/** Gives each punted packet to the machine that handles its reason. */
export class PuntReceiver implements Handler {
  readonly inputs: InputHandlers = {
    punts: ({ punts }, now, out) => {
      this.#punts(punts, now, out);
    },
  };
  readonly #context: PuntReceiverContext;

  constructor(context: PuntReceiverContext) {
    this.#context = context;
  }

  #punts(punts: readonly Punt[], now: number, out: Effect[]): void {
    this.#context.counters.add('puntsIn', punts.length);
    const inject: HeldFrame[] = [];
    for (const punt of punts) this.#punt(punt, now, inject, out);
    if (inject.length > 0) out.push({ type: 'inject', frames: inject });
  }

  #punt(punt: Punt, now: number, inject: HeldFrame[], out: Effect[]): void {
    switch (punt.reason) {
      case 'map-cache-miss':
        this.#context.itr.miss(punt, now, inject, out);
        break;
      case 'eid-detected':
        this.#detected(punt, now, out);
        break;
      case 'stale':
        this.#stale(punt, now, out);
        break;
      case 'no-neighbour': // the data path forwards the frame by itself
        break;
      case 'too-big':
        this.#context.oversized.tooBig(punt, now, out);
        break;
      case 'fragment':
        this.#context.oversized.fragment(punt, now, out);
        break;
      case 'ttl-expired':
        this.#context.icmp.answer(punt, { type: 'ttl-expired' }, now, out);
        break;
      case 'core-icmp':
        this.#context.coreIcmp.received(punt, now, out);
        break;
    }
  }

  /**
   * A packet that arrived encapsulated has the EID of another site as its source, whatever the reason says.
   */
  #detected(punt: Punt, now: number, out: Effect[]): void {
    if (punt.outerSource !== undefined) return;
    const eid = { instanceId: punt.instanceId, address: punt.sourceEid };
    const sighting = { eid, ifindex: punt.ifindex, discovery: 'Packet Reception' } as const;
    this.#context.dynamicEids.sighted(sighting, now, out);
  }

  /**
   * Handles only EIDs that were or could be local and are not local now: the host may have come back since
   * the punt.
   */
  #stale(punt: Punt, now: number, out: Effect[]): void {
    const { database, dynamicEids, away, smr } = this.#context;
    const eid = { instanceId: punt.instanceId, address: punt.destinationEid };
    if (database.dynamicPrefixOf(eid) === undefined) return;
    if (dynamicEids.table.longestMatch(eid) !== undefined) return;
    const moved = away.table.longestMatch(eid) !== undefined;
    smr.stale(punt, moved, now, out);
  }
}
