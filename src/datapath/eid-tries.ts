// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix } from '../addr/index.js';
import { type TableName, TableFull } from './data-path-error.js';
import { SPARE_TRIE_ENTRIES } from './map-sizes.js';
import type { BpfMap } from './native.js';
import type { Codec } from './records/codec.js';
import { eidKeyCodec } from './records/eid-key.js';
import { TypedMap } from './typed-map.js';

/** An IPv4 and an IPv6 LPM trie of the same values. */
export class EidTries<V> {
  readonly #tries: Readonly<Record<4 | 6, TypedMap<EidPrefix, V>>>;
  readonly #full: TableName;
  /** The trie cannot be asked for exactly one prefix: a lookup finds a shorter one too. */
  readonly #prefixes: Readonly<Record<4 | 6, Set<string>>> = { 4: new Set(), 6: new Set() };

  constructor(v4: BpfMap, v6: BpfMap, value: Codec<V>, full: TableName) {
    this.#tries = {
      4: new TypedMap(v4, eidKeyCodec(4), value),
      6: new TypedMap(v6, eidKeyCodec(6), value),
    };
    this.#full = full;
  }

  /** How many of each map's entries are used, by map name. */
  get used(): Record<string, number> {
    return {
      [this.#tries[4].map.name]: this.#prefixes[4].size,
      [this.#tries[6].map.name]: this.#prefixes[6].size,
    };
  }

  /** Adds or replaces, in one step as packets see it. @throws TableFull unless the prefix is there already */
  set(eid: EidPrefix, value: V): void {
    const { family } = eid.prefix.address;
    const prefixes = this.#prefixes[family];
    const text = formatEidPrefix(eid);
    const trie = this.#tries[family];
    if (!prefixes.has(text) && prefixes.size >= trie.map.maxEntries - SPARE_TRIE_ENTRIES)
      throw new TableFull(this.#full);
    trie.set(eid, value);
    prefixes.add(text);
  }

  delete(eid: EidPrefix): void {
    const { family } = eid.prefix.address;
    this.#tries[family].delete(eid);
    this.#prefixes[family].delete(formatEidPrefix(eid));
  }

  /** The value of the longest prefix that covers `eid`, itself included. */
  longestCover(eid: EidPrefix): V | undefined {
    return this.#tries[eid.prefix.address.family].get(eid);
  }

  /**
   * Goes through what an earlier agent left; `keep` says what stays. The rest, and what makes no sense, is deleted.
   * @returns how many entries were deleted
   */
  adopt(keep: (eid: EidPrefix, value: V) => boolean): number {
    let deleted = 0;
    for (const family of [4, 6] as const) {
      for (const { rawKey, key, value } of this.#tries[family].entries()) {
        if (key !== undefined && value !== undefined && keep(key, value)) {
          this.#prefixes[family].add(formatEidPrefix(key));
        } else {
          this.#tries[family].map.delete(rawKey);
          deleted++;
        }
      }
    }
    return deleted;
  }
}
