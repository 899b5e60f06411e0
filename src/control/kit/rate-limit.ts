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
    if (!this.isFree(key, now)) return false;
    // Two for each one that comes, so that memory shrinks when the load does.
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    if (!this.#latest.has(key)) this.#forgetOldestIf(() => this.#latest.size >= this.#maxKeys);
    this.#append({ key, at: now, next: undefined });
    return true;
  }

  /** What `allow` would say; nothing counts as done. */
  isFree(key: string, now: number): boolean {
    const last = this.#latest.get(key);
    return last === undefined || now - last.at >= this.#interval_ms;
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

/**
 * Token buckets by key. Each holds for its key the time at which it will be full again, so a bucket that is not there
 * is full. Bounded: two generations of at most `maxKeys` / 2; what was not used in the newer one is forgotten with the
 * older, when the newer is full or the buckets of the older have filled. O(1) for each call.
 */
export class TokenBuckets {
  readonly #token_ms: number;
  readonly #fill_ms: number;
  readonly #generation: number;
  #newer = new Map<string, number>();
  #older: ReadonlyMap<string, number> = new Map<string, number>();
  #newerSince = -Infinity;

  /** @param maxKeys 2 or more; beyond it a bucket that is not the latest is forgotten, which errs towards allowing */
  constructor(tokensPerSecond: number, burst: number, maxKeys: number) {
    this.#token_ms = 1000 / tokensPerSecond;
    this.#fill_ms = burst * this.#token_ms;
    this.#generation = Math.floor(maxKeys / 2);
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** Takes a token at `now`, milliseconds; false: there is none. */
  take(key: string, now: number): boolean {
    const full = Math.max(now, this.#newer.get(key) ?? this.#older.get(key) ?? now) + this.#token_ms;
    if (full - now > this.#fill_ms) return false;
    const isNew = !this.#newer.has(key);
    if (isNew && (this.#newer.size >= this.#generation || now - this.#newerSince >= this.#fill_ms)) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#newerSince = now;
    }
    this.#newer.set(key, full);
    return true;
  }
}
