/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The cache of flows: what the indexes say of a pair of EIDs. */
#ifndef XTR_LIB_CACHE_FLOW_H
#define XTR_LIB_CACHE_FLOW_H

#include "../index.h"
#include "epoch.h"

/* What the indexes say of a pair of EIDs. */
struct xtr_decision {
	__u64 mapping; /* as index_destination returned it, the version of the tag aside */
	__be64 lisp;   /* header to send */
};

/* The start of a struct xtr_flow_v6 for IPv6. NULL: nothing is cached. */
static __always_inline struct xtr_flow *flow_slot(const struct xtr_cache_snapshot *snapshot, __u32 hash,
						  const __u32 family)
{
	__u32 at = snapshot->first_flow + (hash & snapshot->flow_mask);

	if (!snapshot->epoch)
		return NULL;
	return family == 4 ? bpf_map_lookup_elem(&xtr_flows_v4, &at) : bpf_map_lookup_elem(&xtr_flows_v6, &at);
}

struct xtr_pair {
	__u64 source, destination, source_low, destination_low;
};

static __always_inline struct xtr_pair pair_of(const void *ip, const __u32 family)
{
	const struct iphdr *v4 = ip;
	const struct ipv6hdr *v6 = ip;
	const __u64 *source = (const __u64 *)&v6->saddr;
	const __u64 *destination = (const __u64 *)&v6->daddr;

	if (family == 4)
		return (struct xtr_pair){.source = v4->saddr, .destination = v4->daddr};
	return (struct xtr_pair){source[0], destination[0], source[1], destination[1]};
}

/* link: key of struct xtr_link; ip: its header. */
static __always_inline bool flow_matches(const struct xtr_flow *flow, const struct xtr_cache_snapshot *snapshot,
					 __u32 ifindex, __u64 link, const void *ip, const __u32 family)
{
	const struct xtr_flow_v6 *v6 = (const struct xtr_flow_v6 *)flow;
	const struct xtr_pair pair = pair_of(ip, family);

	return flow->epoch == snapshot->epoch && flow->ifindex == ifindex && flow->link == link &&
	       flow->source == pair.source && flow->destination == pair.destination &&
	       (family == 4 || (v6->source_low == pair.source_low && v6->destination_low == pair.destination_low));
}

/* A valid flow is evicted by the second packet in a row of another, so that flows of one packet evict nothing. */
static __always_inline void flow_store(struct xtr_flow *flow, const struct xtr_cache_snapshot *snapshot, __u32 ifindex,
				       __u64 link, const void *ip, const __u32 family, __u32 hash,
				       const struct xtr_decision *decision)
{
	struct xtr_flow_v6 *v6 = (struct xtr_flow_v6 *)flow;
	const struct xtr_pair pair = pair_of(ip, family);
	__u32 version;

	if (flow->epoch == snapshot->epoch && flow->rival != hash) {
		flow->rival = hash;
		return;
	}
	version = cache_reserve(&flow->version);
	cache_invalidate(&flow->epoch);
	flow->rival = 0;
	flow->ifindex = ifindex;
	flow->link = link;
	flow->source = pair.source;
	flow->destination = pair.destination;
	flow->mapping = decision->mapping & ((1U << (XTR_INDEX_KIND_BITS + XTR_INDEX_TARGET_BITS)) - 1);
	flow->counter = index_value(decision->mapping);
	flow->lisp = decision->lisp;
	if (family == 6) {
		v6->source_low = pair.source_low;
		v6->destination_low = pair.destination_low;
	}
	cache_commit(&flow->epoch, snapshot->epoch, &flow->version, version);
}

#endif
