// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import { type TableName, TableFull } from '#datapath/data-path-error.js';
import type { EidIndex, IndexEntry } from '#datapath/index/eid-index.js';
import { SPARE_TRIE_ENTRIES } from './map-sizes.js';
import type { BpfMap } from '#datapath/native.js';
import type { Codec } from '#datapath/records/codec.js';
import { eidKeyCodec } from '#datapath/records/eid-key.js';
import { type Staged, TrieBatch } from './trie-batch.js';
import { TypedMap } from './typed-map.js';

/** One trie and its index. Both contain the same prefixes. */
interface Table<V> {
  readonly trie: TypedMap<EidPrefix, V>;
  /** Also used for exact matches: an LPM trie in the kernel has only longest-prefix lookups. */
  readonly index: EidIndex;
  /** Staged changes. */
  readonly batch: TrieBatch<V>;
}

/** An IPv4 and an IPv6 LPM trie of the same values, and their indexes. */
export class EidTries<V> {
  readonly #tables: Readonly<Record<4 | 6, Table<V>>>;
  readonly #full: TableName;
  readonly #entryOf: (value: V) => IndexEntry;

  constructor(
    tries: Readonly<Record<4 | 6, BpfMap>>,
    indexes: Readonly<Record<4 | 6, EidIndex>>,
    value: Codec<V>,
    /** Gives the index entry of a value. */
    entryOf: (value: V) => IndexEntry,
    full: TableName,
  ) {
    const table = (family: 4 | 6): Table<V> => {
      const trie = new TypedMap(tries[family], eidKeyCodec(family), value);
      const index = indexes[family];
      return { trie, index, batch: new TrieBatch(trie, index) };
    };
    this.#tables = { 4: table(4), 6: table(6) };
    this.#entryOf = entryOf;
    this.#full = full;
  }

  /** Number of used entries, by map name. */
  get used(): Record<string, number> {
    const tables = [this.#tables[4], this.#tables[6]];
    return Object.fromEntries(tables.map(({ trie, index }) => [trie.map.name, index.size]));
  }

  #table({ prefix }: EidPrefix): Table<V> {
    return this.#tables[prefix.address.family];
  }

  /** Adds or replaces an entry, atomically for packets. @throws TableFull, except when replacing */
  set(eid: EidPrefix, value: V): void {
    const staged = this.stage(eid, value);
    this.writeStaged();
    if (staged.error !== undefined) throw staged.error;
  }

  /**
   * Stages the same change for `writeStaged`. An error of the kernel is then in the returned object. A prefix can be
   * staged only once at a time.
   * @throws TableFull
   */
  stage(eid: EidPrefix, value: V): Staged<V> {
    const { trie, index, batch } = this.#table(eid);
    if (batch.isFull) throw new RangeError('more changes are staged than a batch holds');
    const entry = this.#entryOf(value);
    const place = index.reserve(eid, entry.value);
    if (place === undefined) throw new TableFull(this.#full);
    if (place.fresh && index.size > trie.map.maxEntries - SPARE_TRIE_ENTRIES) {
      index.delete(eid);
      throw new TableFull(this.#full);
    }
    return batch.add(eid, value, entry, place);
  }

  writeStaged(): void {
    this.#tables[4].batch.write();
    this.#tables[6].batch.write();
  }

  delete(eid: EidPrefix): void {
    const { trie, index } = this.#table(eid);
    index.delete(eid);
    trie.delete(eid);
  }

  /** The value of this prefix in the kernel. The prefix must exist: the lookup in the kernel is longest-prefix. */
  get(eid: EidPrefix): V | undefined {
    return this.#table(eid).trie.get(eid);
  }

  /** All prefixes with their values in the index. */
  *entries(): Iterable<readonly [eid: EidPrefix, indexed: number]> {
    for (const { index } of Object.values(this.#tables)) yield* index;
  }

  /** The value of this prefix in the index (exact match). */
  indexed(eid: EidPrefix): number | undefined {
    return this.#table(eid).index.get(eid);
  }

  /** The longest prefix that covers `eid`, which may be `eid` itself, and its value in the kernel. */
  longestCover(eid: EidPrefix): { readonly prefix: EidPrefix; readonly value: V } | undefined {
    const { trie, index } = this.#table(eid);
    const prefix = index.longestCover(eid);
    const value = trie.get(eid);
    return prefix && value && { prefix, value };
  }

  /**
   * Adopts the entries of an earlier agent. Entries that `keep` rejects and invalid entries are deleted.
   * @returns the number of deleted entries
   */
  adopt(keep: (eid: EidPrefix, value: V) => boolean): number {
    let deleted = 0;
    for (const { trie, index } of Object.values(this.#tables)) {
      for (const { rawKey, key, value } of trie.entries()) {
        const place = key && index.reserve(key, 0);
        if (place && value !== undefined && keep(key, value)) {
          index.decide(place, this.#entryOf(value));
        } else {
          if (place) index.delete(key);
          trie.map.delete(rawKey);
          deleted++;
        }
      }
    }
    return deleted;
  }
}
