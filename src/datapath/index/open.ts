// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import { xtr_index, xtr_index_state, xtr_index_table } from '#datapath/generated/layout.js';
import type { BpfMap, MapByName } from '#datapath/native.js';
import { EidIndex } from './eid-index.js';

type ByFamily = Readonly<Record<4 | 6, EidIndex>>;

export interface Indexes {
  readonly mapCache: ByFamily;
  readonly eidDatabase: ByFamily;
  /** Makes the programs use the indexes. */
  publish(): void;
}

/**
 * Programs read the index while the agent writes it, without locks. This relies on the memory ordering of x86. On other
 * architectures packets look up the tries, and only the agent uses the index.
 */
const CAN_SHARE = process.arch === 'x64';

function wordsOf(map: BpfMap): Uint32Array {
  const bytes = map.maxEntries * Math.ceil(map.valueSize / 8) * 8;
  return new Uint32Array(CAN_SHARE ? map.share() : new ArrayBuffer(bytes));
}

/** Opens empty indexes with a new random seed. Packets look up the tries until `publish`. */
export function openIndexes(map: MapByName): Indexes {
  const header = wordsOf(map('xtr_index'));
  const stateOf = (table: number): Uint32Array => {
    const at = (xtr_index.offset.table + table * xtr_index_state.bytes) / 4;
    return header.subarray(at, at + xtr_index_state.bytes / 4);
  };
  const seed = header.subarray(xtr_index.offset.seed / 4);
  for (const table of Object.values(xtr_index_table).slice(0, -1)) stateOf(table).fill(0); // before the seed changes
  randomFillSync(seed);
  for (let i = 0; i < seed.length; i++) seed[i] = ((seed[i] ?? 0) | 1) >>> 0;
  const open = (family: 4 | 6, name: 'map_cache' | 'eid_db', table: number): EidIndex =>
    new EidIndex(family, {
      cells: wordsOf(map(`xtr_${name}_cells_v${family}`)),
      buckets: wordsOf(map(`xtr_${name}_index_v${family}`)),
      ...{ state: stateOf(table), seed },
    });
  const { XTR_INDEX_MAP_CACHE_V4, XTR_INDEX_MAP_CACHE_V6, XTR_INDEX_EID_DB_V4, XTR_INDEX_EID_DB_V6 } =
    xtr_index_table;
  const mapCache = {
    4: open(4, 'map_cache', XTR_INDEX_MAP_CACHE_V4),
    6: open(6, 'map_cache', XTR_INDEX_MAP_CACHE_V6),
  };
  const eidDatabase = {
    4: open(4, 'eid_db', XTR_INDEX_EID_DB_V4),
    6: open(6, 'eid_db', XTR_INDEX_EID_DB_V6),
  };
  return {
    mapCache,
    eidDatabase,
    publish() {
      for (const tables of [mapCache, eidDatabase])
        for (const family of [4, 6] as const) tables[family].publish();
    },
  };
}
