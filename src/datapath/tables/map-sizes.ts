// SPDX-License-Identifier: Apache-2.0
import type { MapName } from '#datapath/generated/layout.js';
import type { DataPathSizes } from '#datapath/options.js';

/**
 * Room for EID-Prefixes that are configured: database mappings, dynamic-EID prefixes, static mappings. Not the number of
 * them: a map that is pinned keeps its size, and editing the configuration must not make it unfit for the next start.
 */
const CONFIGURED_EIDS = 4096;

/** A dynamic EID may be local and another away at the same time. */
const STATES_OF_DYNAMIC_EID = 2;

/**
 * Tries get one entry more than is ever used: before Linux 6.13 a full trie refuses even to replace an entry, and
 * replacing has to work always, so that locators change while the map-cache is full.
 */
export const SPARE_TRIE_ENTRIES = 1;

const MOST_SLOTS = 4096;
const LEAST_SLOTS = 256;
/** Of all CPUs that the machine might have, which in virtual machines are many. */
const SLOTS_IN_ALL = 65_536;

/** Next hops and deliveries that each CPU caches: so many of each, of 64 and 128 bytes; a power of two. */
export function cacheSlots(cpus: number): number {
  const share = 2 ** Math.floor(Math.log2(SLOTS_IN_ALL / cpus));
  return Math.max(LEAST_SLOTS, Math.min(MOST_SLOTS, share));
}

/**
 * Pairs of EIDs, of each family. Half as many: 128 kB, so that caches hold it beside all else. What is not in it costs
 * two lookups in the index, which take less time than memory that is out of the cache.
 */
export function cachedFlows(cpus: number): number {
  return cacheSlots(cpus) / 2;
}

/**
 * Entries for each bucket of an index, which has room for four, at most. The denser the table, the more of it stays in
 * caches: 100,000 prefixes, uniform, cost 164 ns over a bare redirect with 2.4, and 220 ns with 1.5. Prefixes lie in
 * one of 32 buckets in a row, with 77 of their 128 slots taken on average: none of 10^8 finds no place.
 */
const ENTRIES_OF_BUCKET = 2.4;

/** One for each /16 that there may be, 512 kB; of IPv6 for each /32, 4 MB: prefixes that share one are looked for in vain. */
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

/** max_entries of the maps that have not those of bpf/maps.h. */
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
