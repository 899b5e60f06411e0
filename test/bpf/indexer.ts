// SPDX-License-Identifier: Apache-2.0
// Writes the entries that a case writes into the tries into the indexes, too.
import { localEidEntry, mappingEntry } from '#datapath/index/entries.js';
import type { Indexes } from '#datapath/index/open.js';
import { eidKeyCodec } from '#datapath/records/eid-key.js';
import { localEidCodec } from '#datapath/records/local-eid.js';
import { BUCKETS, ENCAPSULATE, type Entry } from './tables.js';

/** The part of struct xtr_mapping that the index contains. */
function readMapping([action, locatorSet, counter = 0]: Uint32Array): Parameters<typeof mappingEntry>[0] {
  return {
    action: action === ENCAPSULATE ? 'encapsulate' : 'drop',
    locatorSet: action === ENCAPSULATE ? locatorSet : undefined,
    ...{ counter, expiresAt_ms: undefined },
  };
}

export class Indexer {
  readonly #indexes: Indexes;
  /** Buckets of the locator-sets. */
  readonly #sets = new Map<number, Uint32Array>();

  constructor(indexes: Indexes) {
    this.#indexes = indexes;
  }

  add(entries: readonly Entry[]): void {
    for (const entry of entries) this.#add(entry);
  }

  #add({ map, key, value }: Entry): void {
    const words = new Uint32Array(value.slice().buffer, 0, Math.floor(value.length / 4));
    if (map === 'xtr_locator_sets')
      this.#sets.set(new Uint32Array(key.slice().buffer)[0]!, words.slice(0, BUCKETS));
    const [, table, family] = /^xtr_(map_cache|eid_db)_v([46])$/.exec(map) ?? [];
    if (table === undefined) return;
    const version = family === '4' ? 4 : 6;
    const eid = eidKeyCodec(version).decode(key)!;
    const indexed =
      table === 'map_cache'
        ? mappingEntry(readMapping(words), (set) => this.#onlyLocator(set))
        : localEidEntry(localEidCodec.decode(value)!);
    this.#indexes[table === 'map_cache' ? 'mapCache' : 'eidDatabase'][version].set(eid, indexed);
  }

  #onlyLocator(set: number): number | undefined {
    const [first, ...others] = this.#sets.get(set) ?? [];
    return others.every((locator) => locator === first) ? first : undefined;
  }
}
