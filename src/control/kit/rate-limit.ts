// SPDX-License-Identifier: Apache-2.0

interface Allowed {
  readonly key: string;
  readonly at: number;
  next: Allowed | undefined;
}

/**
 * Allows one action per key and interval. A refused action does not extend the interval. The table is
 * bounded: at `maxKeys` the limiter evicts the oldest key, whose next action is then allowed. Each call is
 * O(1).
 */
export class IntervalLimiter {
  readonly #interval_ms: number;
  readonly #maxKeys: number;
  readonly #latest = new Map<string, Allowed>();
  // Allowed actions, oldest first. Entries whose key has a later entry in #latest are skipped. This is a
  // linked list because taking the first key of a Map repeatedly is not O(1).
  #oldest: Allowed | undefined;
  #newest: Allowed | undefined;

  /** @param interval_ms 0 allows everything and stores nothing */
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
    // Evicting up to two keys for each new one shrinks the table after a burst.
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    this.#forgetOldestIf((oldest) => now - oldest.at >= this.#interval_ms);
    if (!this.#latest.has(key)) this.#forgetOldestIf(() => this.#latest.size >= this.#maxKeys);
    this.#append({ key, at: now, next: undefined });
    return true;
  }

  /** Returns what `allow` would return, and records nothing. */
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
 * Token buckets by key. The table stores the time at which the bucket of each key will be full again; a
 * missing bucket is full. The table is bounded: it has two generations of at most `maxKeys` / 2. The newer
 * generation replaces the older one when it is full, or when every bucket of the older one has refilled. Each
 * call is O(1).
 */
export class TokenBuckets {
  readonly #token_ms: number;
  readonly #fill_ms: number;
  readonly #generation: number;
  #newer = new Map<string, number>();
  #older: ReadonlyMap<string, number> = new Map<string, number>();
  #newerSince = -Infinity;

  /**
   * @param maxKeys 2 or more; beyond it the table evicts buckets that were not used lately, whose keys then
   * have all tokens
   */
  constructor(tokensPerSecond: number, burst: number, maxKeys: number) {
    this.#token_ms = 1000 / tokensPerSecond;
    this.#fill_ms = burst * this.#token_ms;
    this.#generation = Math.floor(maxKeys / 2);
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** Takes a token at `now`, milliseconds. Returns false if there is none. */
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
