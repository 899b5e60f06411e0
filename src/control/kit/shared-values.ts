// SPDX-License-Identifier: Apache-2.0

interface Shared<V> {
  readonly value: V;
  users: number;
}

/** Stores equal values once while they are in use: very many mappings have the same locator-set. */
export class SharedValues<V> {
  readonly #keyOf: (value: V) => string;
  readonly #shared = new Map<string, Shared<V>>();

  /** @param keyOf returns the same text for equal values and different texts for others */
  constructor(keyOf: (value: V) => string) {
    this.#keyOf = keyOf;
  }

  /** Number of different values in use. */
  get size(): number {
    return this.#shared.size;
  }

  /** Returns the stored value to use in place of `value`. Each `take` needs one `release`. */
  take(value: V): V {
    const key = this.#keyOf(value);
    const known = this.#shared.get(key);
    if (known === undefined) {
      this.#shared.set(key, { value, users: 1 });
      return value;
    }
    known.users += 1;
    return known.value;
  }

  release(value: V): void {
    const key = this.#keyOf(value);
    const shared = this.#shared.get(key);
    if (shared === undefined) return;
    shared.users -= 1;
    if (shared.users === 0) this.#shared.delete(key);
  }
}
