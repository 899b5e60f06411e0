// SPDX-License-Identifier: Apache-2.0

/** The keys added last, at most `limit`. The oldest key is evicted first. */
export class RecentKeys {
  readonly #ring: string[] = [];
  readonly #keys = new Set<string>();
  readonly #limit: number;
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    if (this.#keys.has(key)) return;
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#keys.delete(oldest);
    this.#ring[this.#next] = key;
    this.#keys.add(key);
    this.#next = (this.#next + 1) % this.#limit;
  }
}
