// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import type { EidIndex, IndexEntry, IndexPlace } from '#datapath/index/eid-index.js';
import type { TypedMap } from './typed-map.js';

/** Changes in one system call. */
export const TRIE_BATCH = 256;

/** A staged change. */
export interface Staged<V> {
  readonly eid: EidPrefix;
  readonly value: V;
  readonly entry: IndexEntry;
  readonly place: IndexPlace;
  /** The error of the kernel, if any. Set by `write`. */
  error: Error | undefined;
}

/** Changes of one trie that are written together. Each single write would cost a system call of 1 µs or more. */
export class TrieBatch<V> {
  readonly #trie: TypedMap<EidPrefix, V>;
  readonly #index: EidIndex;
  readonly #keys: Uint8Array;
  readonly #values: Uint8Array;
  #staged: Staged<V>[] = [];

  constructor(trie: TypedMap<EidPrefix, V>, index: EidIndex) {
    this.#trie = trie;
    this.#index = index;
    this.#keys = new Uint8Array(TRIE_BATCH * trie.map.keySize);
    this.#values = new Uint8Array(TRIE_BATCH * trie.map.valueSize);
  }

  get isFull(): boolean {
    return this.#staged.length === TRIE_BATCH;
  }

  /** The batch must not be full. Until `write` packets to this prefix look up the trie, which has the old value. */
  add(eid: EidPrefix, value: V, entry: IndexEntry, place: IndexPlace): Staged<V> {
    const staged: Staged<V> = { eid, value, entry, place, error: undefined };
    const at = this.#staged.push(staged) - 1;
    this.#trie.encodeInto(this.#keys, this.#values, at, eid, value);
    return staged;
  }

  /** Writes all staged changes. A prefix that the kernel refuses keeps its old value. */
  write(): void {
    const all = this.#staged;
    this.#staged = [];
    for (let first = 0; first < all.length; first++) {
      const written = first + this.#writeFrom(first, all.length - first);
      for (const { place, entry } of all.slice(first, written)) this.#index.decide(place, entry);
      const refused = all[written];
      if (refused) this.#writeOne(refused);
      first = written;
    }
  }

  /** @returns how many were written before the first error */
  #writeFrom(first: number, count: number): number {
    const { map } = this.#trie;
    const { keySize, valueSize } = map;
    const keys = this.#keys.subarray(first * keySize, (first + count) * keySize);
    const values = this.#values.subarray(first * valueSize, (first + count) * valueSize);
    return map.updateBatch(keys, values, count);
  }

  /** Retries the change that ended a batch, to get its error. The retry may succeed. */
  #writeOne(staged: Staged<V>): void {
    const { eid, value, entry, place } = staged;
    try {
      this.#trie.set(eid, value);
      this.#index.decide(place, entry);
    } catch (error) {
      staged.error = error instanceof Error ? error : new Error(String(error));
      if (place.fresh) this.#index.delete(eid);
    }
  }
}
