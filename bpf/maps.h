/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The maps. The agent sets max_entries from its configuration before loading, and pins each by its name.
 *
 * Each map has a class, which says what becomes of its content when an agent starts on programs that run:
 *   XTR_STATE: the new agent and its programs go on with the map. What is in it is a promise to the next version: a
 *     change of it takes another XTR_STATE_VERSION, and an adopter (src/datapath/programs/adopters.ts).
 *   XTR_VOLATILE: the new programs get a map of their own. The agent fills it from state and configuration before the
 *     first packet, or the programs do from packets. It may change at will.
 * The class is a tag in the BTF of the object, from where scripts/layout takes it.
 */
#ifndef XTR_MAPS_H
#define XTR_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "reasons.h"

#define XTR_STATE    __attribute__((btf_decl_tag("state")))
#define XTR_VOLATILE __attribute__((btf_decl_tag("volatile")))

#define XTR_MAP(name, map_type, key_type, value_type, entries)                                                         \
	struct {                                                                                                       \
		__uint(type, map_type);                                                                                \
		__uint(max_entries, entries);                                                                          \
		__type(key, key_type);                                                                                 \
		__type(value, value_type);                                                                             \
	} name SEC(".maps")

/* Memory that user space can map; it begins with a page, so that values which are multiples of cache lines do not share
 * one. */
#define XTR_SHARED_ARRAY(name, value_type, entries)                                                                    \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                                      \
		__uint(max_entries, entries);                                                                          \
		__uint(map_flags, BPF_F_MMAPABLE);                                                                     \
		__type(key, __u32);                                                                                    \
		__type(value, value_type);                                                                             \
	} name SEC(".maps")

#define XTR_LPM(name, key_type, value_type, entries)                                                                   \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                                                                   \
		__uint(max_entries, entries);                                                                          \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                                                  \
		__type(key, key_type);                                                                                 \
		__type(value, value_type);                                                                             \
	} name SEC(".maps")

/* Longest match decides a packet from an EID. Holds the local EIDs too, so that one lookup finds the longest of both.
 */
XTR_LPM(xtr_map_cache_v4, struct xtr_eid_v4, struct xtr_mapping, 65536) XTR_STATE;
XTR_LPM(xtr_map_cache_v6, struct xtr_eid_v6, struct xtr_mapping, 65536) XTR_STATE;

/* Local, dynamic and away EIDs: checks sources at eid_ingress and destinations at rloc_ingress. */
XTR_LPM(xtr_eid_db_v4, struct xtr_eid_v4, struct xtr_local_eid, 65536) XTR_STATE;
XTR_LPM(xtr_eid_db_v6, struct xtr_eid_v6, struct xtr_local_eid, 65536) XTR_STATE;

/* Shared, so that the agent follows the states of RLOCs in place. */
XTR_SHARED_ARRAY(xtr_locator_sets, struct xtr_locator_set, 4096) XTR_STATE;
XTR_MAP(xtr_locators, BPF_MAP_TYPE_ARRAY, __u32, struct xtr_locator, 4096) XTR_STATE;

/* In front of the tries, written by the agent through memory that it shares with the programs. */
XTR_SHARED_ARRAY(xtr_index, struct xtr_index, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_map_cache_cells_v4, struct xtr_index_cell_v4, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_map_cache_cells_v6, struct xtr_index_cell_v6, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_map_cache_index_v4, struct xtr_index_bucket_v4, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_map_cache_index_v6, struct xtr_index_bucket_v6, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_eid_db_cells_v4, struct xtr_index_cell_v4, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_eid_db_cells_v6, struct xtr_index_cell_v6, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_eid_db_index_v4, struct xtr_index_bucket_v4, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_eid_db_index_v6, struct xtr_index_bucket_v6, 1) XTR_VOLATILE;

/* Caches of the fast path, a part for each CPU (lib/cache/). */
XTR_SHARED_ARRAY(xtr_caches, struct xtr_caches, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_flows_v4, struct xtr_flow, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_flows_v6, struct xtr_flow_v6, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_next_hops, struct xtr_next_hop, 1) XTR_VOLATILE;
XTR_SHARED_ARRAY(xtr_deliveries, struct xtr_delivery, 1) XTR_VOLATILE;

XTR_SHARED_ARRAY(xtr_mapping_counters, struct xtr_traffic, 1) XTR_STATE;
XTR_MAP(xtr_locator_counters, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct xtr_traffic, 4096) XTR_STATE;
XTR_MAP(xtr_counters, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct xtr_traffic, XTR_REASON_COUNT) XTR_STATE;
XTR_MAP(xtr_punt_counters, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct xtr_traffic, XTR_PUNT_OUTCOMES) XTR_STATE;

XTR_MAP(xtr_interfaces, BPF_MAP_TYPE_HASH, struct xtr_interface_key, struct xtr_interface, 256) XTR_VOLATILE;
XTR_MAP(xtr_instances, BPF_MAP_TYPE_HASH, __u32, struct xtr_instance, 256) XTR_VOLATILE;
XTR_MAP(xtr_local_rlocs, BPF_MAP_TYPE_HASH, struct xtr_rloc, __u32, 64) XTR_VOLATILE;
XTR_MAP(xtr_settings, BPF_MAP_TYPE_ARRAY, __u32, struct xtr_settings, 1) XTR_VOLATILE;

/* Redirect targets, by ifindex: every interface of the router. */
XTR_MAP(xtr_ports, BPF_MAP_TYPE_DEVMAP_HASH, __u32, struct bpf_devmap_val, 256) XTR_VOLATILE;

XTR_MAP(xtr_punt_buckets, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct xtr_token_bucket, XTR_PUNT_REASONS) XTR_VOLATILE;
XTR_MAP(xtr_punt_times, BPF_MAP_TYPE_LRU_HASH, struct xtr_punted, __u64, 16384) XTR_VOLATILE;

/* State, so that an agent finds the packets that were punted while there was none. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} xtr_punts SEC(".maps") XTR_STATE;

#endif
