/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The map-cache: longest match of a destination EID, what its action means for the packet, and from locator-set and
 * flow to one locator (RFC 9300 12). Priorities and weights are in the buckets of the set already. For packets from
 * EIDs and from the core.
 */
#ifndef XTR_LIB_MAP_CACHE_H
#define XTR_LIB_MAP_CACHE_H

#include "eid.h"
#include "index.h"
#include "punt.h"
#include "stats.h"
#include "verdict.h"

struct xtr_choice {
	const struct xtr_locator *locator;
	__u32 index; /* of xtr_locators and xtr_locator_counters */
};

static __always_inline const struct xtr_mapping *map_cache_lookup(const struct xtr_packet *packet)
{
	struct xtr_eid_v4 v4;
	struct xtr_eid_v6 v6;

	if (packet->ip.family == 4) {
		eid_key_v4(&v4, packet->instance_id, &packet->ip.destination);
		return bpf_map_lookup_elem(&xtr_map_cache_v4, &v4);
	}
	eid_key_v6(&v6, packet->instance_id, &packet->ip.destination);
	return bpf_map_lookup_elem(&xtr_map_cache_v6, &v6);
}

/* Everything but XTR_ACTION_ENCAPSULATE. */
static __always_inline int decide(struct xdp_md *ctx, const struct xtr_packet *packet,
				  const struct xtr_mapping *mapping)
{
	if (!mapping)
		return pass(packet, XTR_REASON_NO_MAPPING);
	switch (mapping->action) {
	case XTR_ACTION_ENCAPSULATE:
		return XTR_GO_ON;
	case XTR_ACTION_DROP:
		return drop(packet, XTR_REASON_DROP_ACTION);
	case XTR_ACTION_FORWARD_NATIVE:
		return pass(packet, XTR_REASON_FORWARD_NATIVE);
	case XTR_ACTION_SEND_MAP_REQUEST:
		punt(ctx, packet, XTR_PUNT_MAP_CACHE_MISS);
		return drop(packet, XTR_REASON_MAP_CACHE_MISS);
	case XTR_ACTION_LOCAL:
		return pass(packet, XTR_REASON_LOCAL_EID);
	default:
		return drop(packet, XTR_REASON_INTERNAL);
	}
}

static __always_inline int choose_locator(const struct xtr_packet *packet, __u32 locator_set, struct xtr_choice *choice)
{
	const struct xtr_locator_set *set = bpf_map_lookup_elem(&xtr_locator_sets, &locator_set);

	if (!set)
		return drop(packet, XTR_REASON_INTERNAL);
	choice->index = set->bucket[packet->flow % XTR_BUCKETS];
	if (choice->index == XTR_NONE)
		return drop(packet, XTR_REASON_NO_USABLE_LOCATOR);
	choice->locator = bpf_map_lookup_elem(&xtr_locators, &choice->index);
	if (!choice->locator)
		return drop(packet, XTR_REASON_INTERNAL);
	return XTR_GO_ON;
}

/*
 * XTR_GO_ON: the packet goes to `choice`, and its mapping has counted it.
 * counters: first element of this CPU in xtr_mapping_counters.
 */
static __always_inline int choose_by_map_cache(struct xdp_md *ctx, const struct xtr_packet *packet, __u32 counters,
					       struct xtr_choice *choice)
{
	const struct xtr_mapping *mapping = map_cache_lookup(packet);
	int verdict = decide(ctx, packet, mapping);

	if (verdict == XTR_GO_ON)
		verdict = choose_locator(packet, mapping->locator_set, choice);
	if (verdict == XTR_GO_ON)
		count(&xtr_mapping_counters, counters + mapping->counter, packet->ip.total_bytes);
	return verdict;
}

/* The same by the index. Index into xtr_locators, or XTR_NONE where the slow path has to look. */
static __always_inline __u32 locator_by_index(__u64 mapping, __u32 flow)
{
	__u32 target = index_target(mapping);
	const struct xtr_locator_set *set;

	if (index_kind(mapping) == XTR_INDEX_LOCATOR)
		return target;
	if (index_kind(mapping) != XTR_INDEX_LOCATOR_SET)
		return XTR_NONE;
	set = bpf_map_lookup_elem(&xtr_locator_sets, &target);
	return set ? set->bucket[flow % XTR_BUCKETS] : XTR_NONE;
}

#endif
