// SPDX-License-Identifier: Apache-2.0
import type { DataPathSizes } from './options.js';

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

const MOST_REMEMBERED = 4096;
const LEAST_REMEMBERED = 256;
/** Of all CPUs that the machine might have, which in virtual machines are many. */
const REMEMBERED_IN_ALL = 65_536;

/** Flows, ways to locators and ways to hosts that each CPU remembers: so many of each, of 128 bytes; a power of two. */
export function remembered(cpus: number): number {
  const share = 2 ** Math.floor(Math.log2(REMEMBERED_IN_ALL / cpus));
  return Math.max(LEAST_REMEMBERED, Math.min(MOST_REMEMBERED, share));
}

/**
 * Entries for each bucket of an index, which has room for four, at most: one bucket in 15 is full then, and none of
 * 10^9 prefixes finds all eight buckets full that it may be in.
 */
const ENTRIES_OF_BUCKET = 1.5;

/** One for each /16 that there may be, 512 kB; of IPv6 for each /32, 4 MB: prefixes that share one are looked for in vain. */
const MOST_CELLS = { v4: 65_536, v6: 262_144 } as const;

function indexSizes(name: string, entries: number): Record<string, number> {
  const buckets = 2 ** Math.ceil(Math.log2(entries / ENTRIES_OF_BUCKET));
  return {
    [`xtr_${name}_index_v4`]: buckets,
    [`xtr_${name}_index_v6`]: buckets,
    [`xtr_${name}_cells_v4`]: Math.min(buckets, MOST_CELLS.v4),
    [`xtr_${name}_cells_v6`]: Math.min(buckets, MOST_CELLS.v6),
  };
}

/** max_entries by map name. */
export function mapSizes(sizes: DataPathSizes, cpus: number): Record<string, number> {
  const localEids = STATES_OF_DYNAMIC_EID * sizes.dynamicEids + CONFIGURED_EIDS;
  const mapCache = sizes.mapCacheEntries + localEids;
  return {
    xtr_map_cache_v4: mapCache + SPARE_TRIE_ENTRIES,
    xtr_map_cache_v6: mapCache + SPARE_TRIE_ENTRIES,
    ...indexSizes('map_cache', mapCache),
    ...indexSizes('eid_db', localEids),
    xtr_mapping_counters: mapCache * cpus,
    xtr_eid_db_v4: localEids + SPARE_TRIE_ENTRIES,
    xtr_eid_db_v6: localEids + SPARE_TRIE_ENTRIES,
    xtr_locator_sets: sizes.locatorSets,
    xtr_locators: sizes.locators,
    xtr_flows: remembered(cpus) * cpus,
    xtr_paths: remembered(cpus) * cpus,
    xtr_deliveries: remembered(cpus) * cpus,
    xtr_locator_counters: sizes.locators,
    xtr_punts: sizes.puntRing,
  };
}
