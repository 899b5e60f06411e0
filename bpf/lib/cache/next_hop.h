/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The cache of next hops of locators: egress, MTU, Ethernet header, and the outer addresses. */
#ifndef XTR_LIB_CACHE_NEXT_HOP_H
#define XTR_LIB_CACHE_NEXT_HOP_H

#include "../encap.h"
#include "epoch.h"

/* What a next hop depends on besides the locator: policy routing may look at all of it. */
struct xtr_ingress {
	__u32 ifindex;
	__u32 selector; /* next_hop_selector() */
};

/*
 * As one number, which is compared at once. `spread` is the part of the flow hash that multipath routes may choose by:
 * all flows of one spread take one path.
 */
static __always_inline __u32 next_hop_selector(__u16 vlan, __u8 tos, __u8 spread)
{
	return (__u32)vlan << 16 | (__u32)(tos & 0xfc) << 6 | spread;
}

/* Source port of the route lookup, where multipath routes look at ports. */
static __always_inline __be16 spread_port(__u32 spread)
{
	return bpf_htons(0xc000 | spread);
}

/*
 * NULL: nothing is cached. Next hops of one locator are side by side; those that differ in DSCP or interface, which are
 * few, elsewhere.
 */
static __always_inline struct xtr_next_hop *next_hop_slot(const struct xtr_cache_snapshot *snapshot, __u32 locator,
							  const struct xtr_ingress *ingress)
{
	__u32 at;

	if (!snapshot->epoch)
		return NULL;
	at = cache_slot(snapshot, locator * (snapshot->spread + 1) + (ingress->selector & 0xff) +
				      (ingress->selector >> 8) * 0x9e3d + ingress->ifindex * 0x3a7f);
	return bpf_map_lookup_elem(&xtr_next_hops, &at);
}

static __always_inline bool next_hop_matches(const struct xtr_next_hop *next_hop,
					     const struct xtr_cache_snapshot *snapshot, __u32 locator,
					     const struct xtr_ingress *ingress, __u32 total_bytes)
{
	return next_hop->epoch == snapshot->epoch && next_hop->locator == locator &&
	       next_hop->ifindex == ingress->ifindex && next_hop->selector == ingress->selector &&
	       snapshot->now_jiffies - next_hop->decided_jiffies < CACHE_LIFE_JIFFIES && total_bytes <= next_hop->mtu;
}

static __always_inline void next_hop_store(struct xtr_next_hop *next_hop, const struct xtr_cache_snapshot *snapshot,
					   __u32 version, const struct xtr_encap *encap,
					   const struct xtr_ingress *ingress, const struct bpf_fib_lookup *fib,
					   __u32 mtu_bytes)
{
	const struct xtr_choice *choice = &encap->choice;
	const struct xtr_locator *locator = choice->locator;

	cache_invalidate(&next_hop->epoch);
	next_hop->locator = choice->index;
	next_hop->ifindex = ingress->ifindex;
	next_hop->selector = ingress->selector;
	next_hop->decided_jiffies = snapshot->now_jiffies;
	next_hop->egress = fib->ifindex;
	next_hop->mtu = mtu_bytes < 0xffff ? mtu_bytes : 0xffff;
	next_hop->family = locator->family;
	next_hop->outer_ttl = encap->outer_ttl;
	next_hop->header_sum = locator->header_sum;
	__builtin_memcpy(next_hop->ethernet + CACHED_ETHERNET_AT, fib->dmac, ETH_ALEN);
	__builtin_memcpy(next_hop->ethernet + CACHED_ETHERNET_AT + ETH_ALEN, fib->smac, ETH_ALEN);
	*(__be16 *)(next_hop->ethernet + CACHED_ETHERNET_AT + 2 * ETH_ALEN) = ethertype(locator->family);
	if (locator->family == 4) {
		__builtin_memcpy(next_hop->rlocs_v4, locator->source, 4);
		__builtin_memcpy(next_hop->rlocs_v4 + 4, locator->destination, 4);
	}
	cache_commit(&next_hop->epoch, snapshot->epoch, &next_hop->version, version);
}

#endif
