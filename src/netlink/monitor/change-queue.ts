// SPDX-License-Identifier: Apache-2.0
import type { KernelChange } from './monitor-messages.js';

/**
 * Changes that wait for the agent while it is busy. Order matters (a neighbour that is deleted and made again has
 * spoken), so nothing is merged; beyond this many a full dump is the cheaper way to tell.
 */
export const MAX_QUEUED_CHANGES = 8_192;

/** Hands changes over in order, one batch at a time: the next one only when the pipe has taken the last. */
export class ChangeQueue {
  #queue: KernelChange[] = [];
  #sending = false;
  #paused = false;
  #overflowed = false;
  readonly #send: (changes: readonly KernelChange[], taken: () => void) => void;
  readonly #resynchronise: () => void;

  /** `resynchronise` is called when changes had to be thrown away and the agent is ready for a full dump. */
  constructor(
    send: (changes: readonly KernelChange[], taken: () => void) => void,
    resynchronise: () => void,
  ) {
    this.#send = send;
    this.#resynchronise = resynchronise;
  }

  /** Whether it was taken; if not, a full dump will tell. */
  push(change: KernelChange): boolean {
    if (this.#queue.length === MAX_QUEUED_CHANGES) {
      this.#queue = [];
      this.#overflowed = true;
    }
    if (this.#overflowed) return false;
    this.#queue.push(change);
    this.#flush();
    return true;
  }

  /** Nothing is sent until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  #flush(): void {
    if (this.#sending || this.#paused) return;
    if (this.#overflowed) {
      this.#overflowed = false;
      this.#resynchronise();
      return;
    }
    if (this.#queue.length === 0) return;
    const changes = this.#queue;
    this.#queue = [];
    this.#sending = true;
    this.#send(changes, () => {
      this.#sending = false;
      this.#flush();
    });
  }
}
