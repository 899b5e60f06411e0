// SPDX-License-Identifier: Apache-2.0
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { SmrPair } from './smr-pairs.js';

/** Maximum number of EIDs queued for an SMR to one RLOC. Beyond it, a later stale packet tries again. */
export const SMR_QUEUED_PER_RLOC = 256;

interface RlocQueue {
  readonly key: string;
  /** In the order of sending. */
  readonly pairs: Set<SmrPair>;
}

/**
 * Queues and paces the SMRs about EIDs that moved: at most one SMR to an RLOC in an interval (9301-6.1-03).
 * An RLOC has a queue from its first SMR until an interval passes in which nothing was queued.
 */
export class SmrQueue {
  readonly #interval_ms: number;
  readonly #maxRlocs: number;
  readonly #queues = new Map<string, RlocQueue>();
  readonly #nextSends = new DeadlineQueue<RlocQueue>();

  /** @param interval_ms 0 disables queueing */
  constructor(interval_ms: number, maxRlocs: number) {
    this.#interval_ms = interval_ms;
    this.#maxRlocs = maxRlocs;
  }

  /** Whether an SMR to this RLOC would have to wait now. */
  has(key: string): boolean {
    return this.#queues.has(key);
  }

  /**
   * Asks for an SMR. Now: send it. Queued: `expire` returns the pair later. Refused: it is queued already, or
   * there is no room.
   */
  take(pair: SmrPair, now: number): 'now' | 'queued' | 'refused' {
    if (this.#interval_ms <= 0) return 'now';
    const queue = this.#queues.get(pair.key);
    if (queue === undefined) return this.#begin(pair.key, now) ? 'now' : 'refused';
    if (queue.pairs.has(pair) || queue.pairs.size >= SMR_QUEUED_PER_RLOC) return 'refused';
    queue.pairs.add(pair);
    return 'queued';
  }

  /** Removes a deleted pair. */
  forget(pair: SmrPair): void {
    this.#queues.get(pair.key)?.pairs.delete(pair);
  }

  nextDeadline(): number | undefined {
    return this.#nextSends.next();
  }

  /** Returns the pairs to send an SMR for now, one for each of at most `limit` RLOCs. */
  expire(now: number, limit: number): SmrPair[] {
    const next: SmrPair[] = [];
    for (const queue of this.#nextSends.take(now, limit)) {
      const [pair] = queue.pairs;
      if (pair === undefined) this.#queues.delete(queue.key);
      else {
        queue.pairs.delete(pair);
        this.#nextSends.set(queue, now + this.#interval_ms);
        next.push(pair);
      }
    }
    return next;
  }

  #begin(key: string, now: number): boolean {
    if (this.#queues.size >= this.#maxRlocs) return false;
    const queue = { key, pairs: new Set<SmrPair>() };
    this.#queues.set(key, queue);
    this.#nextSends.set(queue, now + this.#interval_ms);
    return true;
  }
}
