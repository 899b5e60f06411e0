// SPDX-License-Identifier: Apache-2.0

interface Allowed {
  readonly key: string;
  readonly at: number;
  next: Allowed | undefined;
}

/**
 * Allows one action per key and interval. What was refused does not extend the interval. Bounded: at `maxKeys` the
 * oldest key is forgotten, which errs towards allowing. O(1) for each call.
 */
export class IntervalLimiter {
  readonly #interval_ms: number;
  readonly #maxKeys: number;
  readonly #latest = new Map<string, Allowed>();
  // What was allowed, oldest first; entries that a later one of the same key replaced in #latest are skipped. A list of
  // our own: taking the first key of a Map again and again is not O(1).
  #oldest: Allowed | undefined;
  #newest: Allowed | undefined;

  /** @param interval_ms 0 allows everything and keeps nothing */
  constructor(interval_ms: number, maxKeys: number) {
    this.#interval_ms = interval_ms;
    this.#maxKeys = maxKeys;
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#latest.size;
  }

  /** Whether the action may happen at `now`, milliseconds; if so, it counts as done. */
  allow(key: string, now: number): boolean {
    if (this.#interval_ms <= 0) return true;
    const last = this.#latest.get(key);
    if (last !== undefined && now - last.at < this.#interval_ms) return false;
    // Two for each one that comes, so that memory shrinks when the load does.
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    if (!this.#latest.has(key)) this.#forgetOldestIf(() => this.#latest.size >= this.#maxKeys);
    this.#append({ key, at: now, next: undefined });
    return true;
  }

  #forgetOldestIf(condition: (oldest: Allowed) => boolean): void {
    const oldest = this.#oldest;
    if (oldest === undefined || !condition(oldest)) return;
    this.#oldest = oldest.next;
    if (oldest.next === undefined) this.#newest = undefined;
    if (this.#latest.get(oldest.key) === oldest) this.#latest.delete(oldest.key);
  }

  #append(allowed: Allowed): void {
    if (this.#newest === undefined) this.#oldest = allowed;
    else this.#newest.next = allowed;
    this.#newest = allowed;
    this.#latest.set(allowed.key, allowed);
  }
}
