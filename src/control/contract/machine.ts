// SPDX-License-Identifier: Apache-2.0
import type { Effect } from './effect.js';

/**
 * A machine with deadlines. `now` is CLOCK_MONOTONIC in milliseconds, here and everywhere in `control`.
 * After each input, core asks for the next deadline and wakes the machine then.
 */
export interface Machine {
  /** Undefined when nothing is waiting. */
  nextDeadline(): number | undefined;
  /** Handles what is due, at most EXPIRE_BATCH entries a call; nextDeadline stays in the past while more is due. */
  expire(now: number): Effect[];
}

/** Deadlines handled in one call of `expire`, so that a mass expiry never blocks the event loop. */
export const EXPIRE_BATCH = 512;

/** Randomness comes from outside, so that runs can be repeated. */
export interface Random {
  /** 64 bits for a nonce (RFC 9301 section 5.2 asks for a properly seeded source). */
  nonce(): bigint;
  /** In [0, 1), for jitter. */
  fraction(): number;
}
