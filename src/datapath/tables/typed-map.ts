// SPDX-License-Identifier: Apache-2.0
import type { BpfMap } from '#datapath/native.js';
import type { Codec } from '#datapath/records/codec.js';

/** Keys read in one call of the addon. */
const PAGE = 256;

/** A BPF map with its key and value types. Invalid values read as undefined. */
export class TypedMap<K, V> {
  readonly map: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  constructor(map: BpfMap, key: Codec<K>, value: Codec<V>) {
    this.map = map;
    this.#key = key;
    this.#value = value;
  }

  get(key: K): V | undefined {
    const bytes = this.map.lookup(this.#key.encode(key));
    return bytes && this.#value.decode(bytes);
  }

  set(key: K, value: V): void {
    this.map.update(this.#key.encode(key), this.#value.encode(value));
  }

  /** Writes key and value as element `at` of arrays of keys and values. */
  encodeInto(keys: Uint8Array, values: Uint8Array, at: number, key: K, value: V): void {
    keys.set(this.#key.encode(key), at * this.map.keySize);
    values.set(this.#value.encode(value), at * this.map.valueSize);
  }

  delete(key: K): void {
    this.map.delete(this.#key.encode(key));
  }

  /** All entries. Invalid keys and values are undefined. */
  *entries(): Iterable<{ rawKey: Uint8Array; key: K | undefined; value: V | undefined }> {
    for (const rawKey of rawKeys(this.map)) {
      const bytes = this.map.lookup(rawKey);
      if (bytes === undefined) continue;
      yield { rawKey, key: this.#key.decode(rawKey), value: this.#value.decode(bytes) };
    }
  }
}

/**
 * All keys of a map that nobody else writes to. Reads all keys before the first is yielded, so that it may be deleted.
 */
export function* rawKeys(map: BpfMap): Iterable<Uint8Array> {
  const pages: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  for (;;) {
    const page = map.keys(PAGE, last);
    if (page.length === 0) break;
    pages.push(page);
    last = page.subarray(-map.keySize);
  }
  for (const page of pages) {
    for (let at = 0; at < page.length; at += map.keySize) yield page.subarray(at, at + map.keySize);
  }
}
