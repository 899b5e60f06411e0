// SPDX-License-Identifier: Apache-2.0
import type { MapName } from '#datapath/generated/layout.js';
import type { DataPathSizes } from '#datapath/options.js';

/**
 * Room for configured EID-Prefixes: database mappings, dynamic-EID prefixes, static mappings. A constant, not their
 * number: a pinned map keeps its size, and a changed configuration must not make it too small for the next start.
 */
const CONFIGURED_EIDS = 4096;

/** Room for as many away entries as local dynamic EIDs. */
const STATES_OF_DYNAMIC_EID = 2;

/**
 * One entry of a trie is never used: before Linux 6.13 a full trie refuses to replace an entry. Replacing must always
 * work, so that locators can change while the map-cache is full.
 */
export const SPARE_TRIE_ENTRIES = 1;

const MOST_SLOTS = 4096;
const LEAST_SLOTS = 256;
/** Sum over all possible CPUs, which are many in some virtual machines. */
const SLOTS_IN_ALL = 65_536;

/**
 * Slots of the next-hop cache (64 bytes each) and of the delivery cache (128 bytes each) of one CPU; a power of two.
 */
export function cacheSlots(cpus: number): number {
  const share = 2 ** Math.floor(Math.log2(SLOTS_IN_ALL / cpus));
  return Math.max(LEAST_SLOTS, Math.min(MOST_SLOTS, share));
}

/**
 * Slots of the flow cache of one CPU and family. It has 128 kB, so that it stays in the CPU caches. A flow that is not
 * in the flow cache costs two lookups in the index, which take less time than a CPU cache miss.
 */
export function cachedFlows(cpus: number): number {
  return cacheSlots(cpus) / 2;
}

/**
 * Largest average number of entries per bucket of an index. A bucket has room for four. A denser table fits better into
 * CPU caches: 100,000 uniform prefixes cost 164 ns more than a bare redirect with 2.4, and 220 ns with 1.5. A prefix
 * can be in one of 32 consecutive buckets, and 77 of their 128 slots are used on average. Of 10^8 prefixes none was
 * without a place.
 */
const ENTRIES_OF_BUCKET = 2.4;

/**
 * One cell for each possible IPv4 /16 (512 kB), and 4 MB for IPv6 /32s. Prefixes that share a cell make packets search
 * buckets in vain.
 */
const MOST_CELLS = { v4: 65_536, v6: 262_144 } as const;

interface IndexSize {
  readonly buckets: number;
  readonly cells_v4: number;
  readonly cells_v6: number;
}

function indexSize(entries: number): IndexSize {
  const buckets = 2 ** Math.ceil(Math.log2(entries / ENTRIES_OF_BUCKET));
  return {
    buckets,
    cells_v4: Math.min(buckets, MOST_CELLS.v4),
    cells_v6: Math.min(buckets, MOST_CELLS.v6),
  };
}

/** max_entries of the maps whose size differs from bpf/maps.h. */
export type MapSizes = Partial<Record<MapName, number>>;

export function mapSizes(sizes: DataPathSizes, cpus: number): MapSizes {
  const localEids = STATES_OF_DYNAMIC_EID * sizes.dynamicEids + CONFIGURED_EIDS;
  const mapCache = sizes.mapCacheEntries + localEids;
  const [cacheIndex, databaseIndex] = [indexSize(mapCache), indexSize(localEids)];
  return {
    xtr_map_cache_v4: mapCache + SPARE_TRIE_ENTRIES,
    xtr_map_cache_v6: mapCache + SPARE_TRIE_ENTRIES,
    xtr_map_cache_index_v4: cacheIndex.buckets,
    xtr_map_cache_index_v6: cacheIndex.buckets,
    xtr_map_cache_cells_v4: cacheIndex.cells_v4,
    xtr_map_cache_cells_v6: cacheIndex.cells_v6,
    xtr_eid_db_index_v4: databaseIndex.buckets,
    xtr_eid_db_index_v6: databaseIndex.buckets,
    xtr_eid_db_cells_v4: databaseIndex.cells_v4,
    xtr_eid_db_cells_v6: databaseIndex.cells_v6,
    xtr_mapping_counters: mapCache * cpus,
    xtr_eid_db_v4: localEids + SPARE_TRIE_ENTRIES,
    xtr_eid_db_v6: localEids + SPARE_TRIE_ENTRIES,
    xtr_locator_sets: sizes.locatorSets,
    xtr_locators: sizes.locators,
    xtr_flows_v4: cachedFlows(cpus) * cpus,
    xtr_flows_v6: cachedFlows(cpus) * cpus,
    xtr_next_hops: cacheSlots(cpus) * cpus,
    xtr_deliveries: cacheSlots(cpus) * cpus,
    xtr_locator_counters: sizes.locators,
    xtr_punts: sizes.puntRing,
  };
}
