/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Encapsulation of usual packets by index and remembered path: what slow_eid_path does with tries and routes, in a
 * fraction of the time. Nothing is counted or changed before it is clear that the packet goes this way; XTR_GO_ON
 * leaves all others, and every doubt, to slow_eid_path. All that is known of the packet stays in registers: nothing
 * takes its address.
 */
#ifndef XTR_LIB_FAST_ENCAP_H
#define XTR_LIB_FAST_ENCAP_H

#include "brief.h"
#include "encap.h"
#include "fib.h"
#include "flow_hash.h"
#include "index.h"
#include "interface.h"
#include "path.h"
#include "rewrite.h"

struct xtr_hashes {
	__u32 flow;
	__u32 pair; /* of the addresses alone */
};

/* What the tables say of a pair of EIDs. */
struct xtr_decision {
	__u64 mapping; /* as index_destination returned it, the version of the tag aside */
	__be64 lisp;   /* header to send */
};

/* No options, no fragment, hops left, sound; eight bytes behind it are in the frame. */
static __always_inline bool usual_v4(const struct iphdr *ip, const void *end, struct xtr_brief *brief,
				     struct xtr_hashes *hashes)
{
	const __u32 *word = (const __u32 *)ip;
	__u64 hash;

	if ((const void *)(word + 7) > end || ip->ttl <= 1 || ip->frag_off & bpf_htons(IPV4_FRAGMENT) ||
	    !brief_v4(ip, end, brief))
		return false;
	hash = hash_pair_of(ip, 4);
	hashes->pair = hash;
	if (has_ports(ip->protocol))
		hash = hash_ports(hash, ip->protocol, word[5]);
	hashes->flow = hash_end(hash);
	return true;
}

/* The same for IPv6, whose protocol says that there is no extension header. */
static __always_inline bool usual_v6(const struct ipv6hdr *ip, const void *end, struct xtr_brief *brief,
				     struct xtr_hashes *hashes)
{
	const __u32 *word = (const __u32 *)ip;
	__u64 hash;

	if ((const void *)(word + 12) > end || ip->hop_limit <= 1 || !has_ports(ip->nexthdr) ||
	    !brief_v6(ip, end, brief))
		return false;
	hash = hash_pair_of(ip, 6);
	hashes->pair = hash;
	hashes->flow = hash_end(hash_ports(hash, ip->nexthdr, word[10]));
	return true;
}

static __always_inline __u64 index_source(const void *ip, const __u32 family, __u32 instance_id)
{
	const struct ipv6hdr *v6 = ip;
	const __be64 *half = (const __be64 *)&v6->saddr;

	if (family == 4)
		return index_eid_db_v4(instance_id, bpf_ntohl(((const struct iphdr *)ip)->saddr));
	return index_eid_db_v6(instance_id, bpf_be64_to_cpu(half[0]), bpf_be64_to_cpu(half[1]));
}

static __always_inline __u64 index_destination(const void *ip, const __u32 family, __u32 instance_id)
{
	const struct ipv6hdr *v6 = ip;
	const __be64 *half = (const __be64 *)&v6->daddr;

	if (family == 4)
		return index_map_cache_v4(instance_id, bpf_ntohl(((const struct iphdr *)ip)->daddr));
	return index_map_cache_v6(instance_id, bpf_be64_to_cpu(half[0]), bpf_be64_to_cpu(half[1]));
}

/* Index into xtr_locators, or XTR_NONE where slow_eid_path has to look. */
static __always_inline __u32 locator_of(__u64 mapping, __u32 flow)
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

/* The start of a struct xtr_flow_v6 for IPv6. */
static __always_inline struct xtr_flow *flow_slot(const struct xtr_moment *moment, __u32 hash, const __u32 family)
{
	__u32 at = moment->first_flow + (hash & moment->flow_mask);

	if (!moment->epoch)
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

static __always_inline bool flow_known(const struct xtr_flow *flow, const struct xtr_moment *moment,
				       const struct ethhdr *eth, __u32 ifindex, const __u32 family)
{
	const struct xtr_flow_v6 *v6 = (const struct xtr_flow_v6 *)flow;
	const struct xtr_pair pair = pair_of(eth + 1, family);

	return flow->epoch == moment->epoch && flow->ifindex == ifindex && *(const __u64 *)flow->mac == mac_of(eth) &&
	       flow->source == pair.source && flow->destination == pair.destination &&
	       (family == 4 || (v6->source_low == pair.source_low && v6->destination_low == pair.destination_low));
}

/* One that is there gives way to the same packet twice, so that flows of one packet do not drive out the others. */
static __always_inline void flow_remember(struct xtr_flow *flow, const struct xtr_moment *moment,
					  const struct ethhdr *eth, __u32 ifindex, const __u32 family, __u32 hash,
					  const struct xtr_decision *decision)
{
	struct xtr_flow_v6 *v6 = (struct xtr_flow_v6 *)flow;
	const struct xtr_pair pair = pair_of(eth + 1, family);
	__u32 version;

	if (flow->epoch == moment->epoch && flow->rival != hash) {
		flow->rival = hash;
		return;
	}
	version = memory_begin(flow);
	memory_open(flow);
	flow->rival = 0;
	flow->ifindex = ifindex;
	*(__u64 *)flow->mac = mac_of(eth);
	flow->source = pair.source;
	flow->destination = pair.destination;
	flow->mapping = decision->mapping & ((1U << (XTR_INDEX_KIND_BITS + XTR_INDEX_TARGET_BITS)) - 1);
	flow->counter = index_value(decision->mapping);
	flow->lisp = decision->lisp;
	if (family == 6) {
		v6->source_low = pair.source_low;
		v6->destination_low = pair.destination_low;
	}
	memory_close(flow, version, moment->epoch);
}

/*
 * In front of the packet. False: no room. RLOCs of IPv6 are read where the agent writes them: it gives the index of a
 * locator to another one only after a new epoch, as long as there are unused ones.
 */
static __always_inline bool write_headers(struct xdp_md *ctx, const struct xtr_path *path,
					  const struct xtr_brief *brief, __u32 flow, __be64 lisp)
{
	const bool v4 = path->family == 4;
	const __u8 ttl = brief->ttl - 1; /* that the inner packet leaves with */
	const struct xtr_locator *locator;
	__u32 index = path->locator;
	void *at;

	if (bpf_xdp_adjust_head(ctx, -(int)(v4 ? TUNNEL_BYTES_V4 : TUNNEL_BYTES_V6)))
		return false;
	at = packet_data(ctx);
	if (at + ETH_HLEN + TUNNEL_BYTES_V6 > packet_end(ctx))
		return false;
	copy_ethernet(at, path->ethernet + KEPT_ETH_AT);
	at += ETH_HLEN;
	if (v4) {
		write_ipv4(at, brief->total_bytes, brief->tos, ttl, path->header_sum, path->rlocs_v4,
			   path->rlocs_v4 + 4);
		write_tunnel(at + sizeof(struct iphdr), brief->total_bytes, flow, lisp);
	} else {
		locator = bpf_map_lookup_elem(&xtr_locators, &index);
		if (!locator)
			return false;
		write_ipv6(at, brief->total_bytes, brief->tos, ttl, flow, locator->source, locator->destination);
		write_tunnel(at + sizeof(struct ipv6hdr), brief->total_bytes, flow, lisp);
	}
	return true;
}

/* Flows are remembered of such pairs alone: only the first packet of one has to be looked at. */
static __always_inline bool both_unicast(const void *ip, const __u32 family)
{
	const struct iphdr *v4 = ip;
	const struct ipv6hdr *v6 = ip;

	if (family == 4)
		return unicast_v4(v4->saddr) && unicast_v4(v4->daddr);
	return unicast_v6((const union xtr_address *)&v6->saddr) && unicast_v6((const union xtr_address *)&v6->daddr);
}

/* False: not for this router, or slow_eid_path has to look. */
static __always_inline bool decide_by_index(const struct ethhdr *eth, __u32 ifindex, const __u32 family,
					    struct xtr_decision *decision)
{
	const struct xtr_interface *interface = interface_of(ifindex);
	__u32 instance_id;
	__u64 source;
	__u8 l_flag;

	if (!interface || !(interface->roles & XTR_ROLE_EID) || !is_for(interface, eth) ||
	    !both_unicast(eth + 1, family))
		return false;
	instance_id = interface->instance_id;
	source = index_source(eth + 1, family, instance_id);
	if (index_kind(source) < XTR_INDEX_LOCAL)
		return false;
	l_flag = index_kind(source) == XTR_INDEX_LOCAL_STATUS ? LISP_FLAG_L : 0;
	decision->lisp = lisp_header(instance_id, l_flag, index_value(source));
	decision->mapping = index_destination(eth + 1, family, instance_id);
	return index_kind(decision->mapping) >= XTR_INDEX_LOCATOR;
}

static __always_inline int fast_encap_family(struct xdp_md *ctx, struct ethhdr *eth, const struct xtr_brief *brief,
					     const struct xtr_hashes *hashes, const __u32 family)
{
	const __u32 ifindex = ctx->ingress_ifindex, frame_bytes = packet_bytes(ctx);
	struct xtr_moment moment = memory_now();
	struct xtr_flow *flow = flow_slot(&moment, hashes->pair, family);
	struct xtr_decision decision;
	const struct xtr_path *path;
	__u32 locator, spread, version, egress;

	if (!flow)
		return XTR_GO_ON;
	version = *(const volatile __u32 *)&flow->version;
	if (flow_known(flow, &moment, eth, ifindex, family)) {
		decision.mapping = (__u64)flow->counter << 32 | flow->mapping;
		decision.lisp = flow->lisp;
		memory_barrier();
		if (*(const volatile __u32 *)&flow->version != version)
			return XTR_GO_ON;
	} else {
		if (!decide_by_index(eth, ifindex, family, &decision))
			return XTR_GO_ON;
		flow_remember(flow, &moment, eth, ifindex, family, hashes->pair, &decision);
		moment.epoch = memory_epoch(); /* a locator that has become another one since has another epoch, too */
	}
	locator = locator_of(decision.mapping, hashes->flow);
	spread = hashes->flow & moment.spread;
	path = path_slot(&moment, locator, spread, ifindex, brief->tos >> 2);
	if (locator == XTR_NONE || !path)
		return XTR_GO_ON;
	version = *(const volatile __u32 *)&path->version;
	if (!path_known(path, &moment, locator, spread, ifindex, brief->tos >> 2, brief->total_bytes))
		return XTR_GO_ON;

	decrement_ttl(eth + 1, family);
	if (frame_bytes != ETH_HLEN + brief->total_bytes &&
	    bpf_xdp_adjust_tail(ctx, (int)(ETH_HLEN + brief->total_bytes - frame_bytes)))
		return leave_bytes(frame_bytes, XTR_REASON_INTERNAL, XDP_DROP);
	egress = path->egress;
	if (!write_headers(ctx, path, brief, hashes->flow, decision.lisp))
		return leave_bytes(frame_bytes, XTR_REASON_NO_HEADROOM, XDP_DROP);
	memory_barrier();
	if (*(const volatile __u32 *)&path->version != version)
		return leave_bytes(frame_bytes, XTR_REASON_INTERNAL, XDP_DROP);
	count(&xtr_mapping_counters, moment.counters + index_value(decision.mapping), brief->total_bytes);
	count(&xtr_locator_counters, locator, brief->total_bytes);
	return leave_bytes(frame_bytes, XTR_REASON_ENCAPSULATED, redirect_to(egress));
}

/* A global function, as slow_eid_path is: stacks of 512 bytes hold one of them and what it calls. */
__noinline int fast_encap(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_data(ctx);
	void *ip = eth + 1, *end = packet_end(ctx);
	struct xtr_brief brief;
	struct xtr_hashes hashes;

	if (ip > end)
		return XTR_GO_ON;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return usual_v4(ip, end, &brief, &hashes) ? fast_encap_family(ctx, eth, &brief, &hashes, 4) : XTR_GO_ON;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return usual_v6(ip, end, &brief, &hashes) ? fast_encap_family(ctx, eth, &brief, &hashes, 6) : XTR_GO_ON;
	return XTR_GO_ON;
}

#endif
