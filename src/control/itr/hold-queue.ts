// SPDX-License-Identifier: Apache-2.0
import { type Eid, type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import type { HeldFrame } from '#control/contract/effect.js';

export interface HoldLimits {
  readonly heldPacketsPerEid: number;
  readonly heldPackets: number;
}

/**
 * Queues packets until the mapping of their destination EID is known. At a bound the newest packet is
 * dropped: the queue stays in order without gaps, and keeps the first packets of a flow (its handshake).
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

  /** Number of queued packets. */
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
   * Removes the packets to EIDs inside `eid`. `verdict` decides for each EID. Returns the frames to inject,
   * in order for each EID.
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

  /** Drops the packets to EIDs inside `eid`. */
  drop(eid: EidPrefix): void {
    this.settle(eid, () => 'drop');
  }
}
