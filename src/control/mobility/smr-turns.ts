// SPDX-License-Identifier: Apache-2.0
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { SmrPair } from './smr-pairs.js';

/** EIDs that wait for their SMR to one RLOC; of what is beyond, a later stale packet tries again. */
export const SMR_WAITING_PER_RLOC = 256;

interface Turn {
  readonly key: string;
  /** In order. */
  readonly waiting: Set<SmrPair>;
}

/**
 * SMRs about EIDs that moved: at most one to an RLOC in an interval (9301-6.1-03), the others wait for their turn. An
 * RLOC is known here from an SMR to it until an interval in which none waited has gone by.
 */
export class SmrTurns {
  readonly #interval_ms: number;
  readonly #maxRlocs: number;
  readonly #turns = new Map<string, Turn>();
  readonly #ends = new DeadlineQueue<Turn>();

  /** @param interval_ms 0: none waits */
  constructor(interval_ms: number, maxRlocs: number) {
    this.#interval_ms = interval_ms;
    this.#maxRlocs = maxRlocs;
  }

  /** Whether an SMR to this RLOC has to wait now. */
  has(key: string): boolean {
    return this.#turns.has(key);
  }

  /** Now: send it. Waits: it has just been queued. Refused: it waits already, or there is no room. */
  take(pair: SmrPair, now: number): 'now' | 'waits' | 'refused' {
    if (this.#interval_ms <= 0) return 'now';
    const turn = this.#turns.get(pair.key);
    if (turn === undefined) return this.#begin(pair.key, now) ? 'now' : 'refused';
    if (turn.waiting.has(pair) || turn.waiting.size >= SMR_WAITING_PER_RLOC) return 'refused';
    turn.waiting.add(pair);
    return 'waits';
  }

  /** The pair is gone. */
  forget(pair: SmrPair): void {
    this.#turns.get(pair.key)?.waiting.delete(pair);
  }

  nextDeadline(): number | undefined {
    return this.#ends.next();
  }

  /** Whose turn it is now, of at most `limit` RLOCs. */
  expire(now: number, limit: number): SmrPair[] {
    const next: SmrPair[] = [];
    for (const turn of this.#ends.take(now, limit)) {
      const [pair] = turn.waiting;
      if (pair === undefined) this.#turns.delete(turn.key);
      else {
        turn.waiting.delete(pair);
        this.#ends.set(turn, now + this.#interval_ms);
        next.push(pair);
      }
    }
    return next;
  }

  #begin(key: string, now: number): boolean {
    if (this.#turns.size >= this.#maxRlocs) return false;
    const turn = { key, waiting: new Set<SmrPair>() };
    this.#turns.set(key, turn);
    this.#ends.set(turn, now + this.#interval_ms);
    return true;
  }
}
