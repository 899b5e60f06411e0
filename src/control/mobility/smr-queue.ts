// SPDX-License-Identifier: Apache-2.0
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { SmrPair } from './smr-pairs.js';

/** EIDs that wait for their SMR to one RLOC; of what is beyond, a later stale packet tries again. */
export const SMR_QUEUED_PER_RLOC = 256;

interface RlocQueue {
  readonly key: string;
  /** In order. */
  readonly pairs: Set<SmrPair>;
}

/**
 * SMRs about EIDs that moved: at most one to an RLOC in an interval (9301-6.1-03), the others wait for their queue. An
 * RLOC is known here from an SMR to it until an interval in which none waited has gone by.
 */
export class SmrQueue {
  readonly #interval_ms: number;
  readonly #maxRlocs: number;
  readonly #queues = new Map<string, RlocQueue>();
  readonly #nextSends = new DeadlineQueue<RlocQueue>();

  /** @param interval_ms 0: none waits */
  constructor(interval_ms: number, maxRlocs: number) {
    this.#interval_ms = interval_ms;
    this.#maxRlocs = maxRlocs;
  }

  /** Whether an SMR to this RLOC has to wait now. */
  has(key: string): boolean {
    return this.#queues.has(key);
  }

  /** Now: send it. Waits: it has just been queued. Refused: it waits already, or there is no room. */
  take(pair: SmrPair, now: number): 'now' | 'queued' | 'refused' {
    if (this.#interval_ms <= 0) return 'now';
    const queue = this.#queues.get(pair.key);
    if (queue === undefined) return this.#begin(pair.key, now) ? 'now' : 'refused';
    if (queue.pairs.has(pair) || queue.pairs.size >= SMR_QUEUED_PER_RLOC) return 'refused';
    queue.pairs.add(pair);
    return 'queued';
  }

  /** The pair is gone. */
  forget(pair: SmrPair): void {
    this.#queues.get(pair.key)?.pairs.delete(pair);
  }

  nextDeadline(): number | undefined {
    return this.#nextSends.next();
  }

  /** Whose queue it is now, of at most `limit` RLOCs. */
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
