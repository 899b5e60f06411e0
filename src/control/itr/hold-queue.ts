// SPDX-License-Identifier: Apache-2.0
import { type Eid, type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import type { HeldFrame } from '#control/contract/effect.js';

export interface HoldLimits {
  readonly heldPacketsPerEid: number;
  readonly heldPackets: number;
}

/**
 * Packets that wait for the mapping of their destination EID. At a bound the newest is dropped: what is held stays in
 * order and without holes, and the first packets of a flow (its handshake) are those that are kept.
 */
export class HoldQueue {
  readonly #queues = new EidTable<HeldFrame[]>();
  readonly #limits: HoldLimits;
  readonly #counters: Counters;
  #held = 0;

  constructor(limits: HoldLimits, counters: Counters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  /** Packets held now. */
  get size(): number {
    return this.#held;
  }

  hold(eid: Eid, frame: HeldFrame): void {
    const prefix = hostEidPrefix(eid);
    const queue = this.#queues.get(prefix) ?? [];
    if (this.#held >= this.#limits.heldPackets || queue.length >= this.#limits.heldPacketsPerEid) {
      this.#counters.add('packetsHeldDropped');
      return;
    }
    if (queue.length === 0) this.#queues.set(prefix, queue);
    queue.push(frame);
    this.#held += 1;
  }

  /**
   * Takes out what waits for EIDs inside `eid`. `verdict` decides for each EID; returns the frames to send on, in the
   * order in which they were held for their EID.
   */
  settle(eid: EidPrefix, verdict: (eid: Eid) => 'release' | 'drop' | 'keep'): HeldFrame[] {
    const released: HeldFrame[] = [];
    for (const { eid: prefix, value: frames } of [...this.#queues.covered(eid)]) {
      const decision = verdict({ instanceId: prefix.instanceId, address: prefix.prefix.address });
      if (decision === 'keep') continue;
      this.#queues.delete(prefix);
      this.#held -= frames.length;
      this.#counters.add(decision === 'release' ? 'packetsReleased' : 'packetsHeldDropped', frames.length);
      if (decision === 'release') for (const frame of frames) released.push(frame);
    }
    return released;
  }

  /** Drops what waits for EIDs inside `eid`. */
  drop(eid: EidPrefix): void {
    this.settle(eid, () => 'drop');
  }
}
