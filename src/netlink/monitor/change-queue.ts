// SPDX-License-Identifier: Apache-2.0
import type { KernelChange } from './monitor-messages.js';

/**
 * Queue size while the agent is busy. Changes are not merged, since the order matters (a neighbour that was deleted and
 * created again proves that the host is present). If the queue is full, a full dump is cheaper.
 */
export const MAX_QUEUED_CHANGES = 8_192;

/** Sends changes in order, one batch at a time. The next batch is sent when the pipe has accepted the previous one. */
export class ChangeQueue {
  #queue: KernelChange[] = [];
  #sending = false;
  #paused = false;
  #overflowed = false;
  readonly #send: (changes: readonly KernelChange[], taken: () => void) => void;
  readonly #resynchronise: () => void;

  /** `resynchronise` is called after changes were dropped, as soon as the agent is ready for a full dump. */
  constructor(
    send: (changes: readonly KernelChange[], taken: () => void) => void,
    resynchronise: () => void,
  ) {
    this.#send = send;
    this.#resynchronise = resynchronise;
  }

  /** @returns whether the change was queued; if not, a full dump will follow */
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
