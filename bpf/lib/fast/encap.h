/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Encapsulation of usual packets by index and caches: what slow_eid_path does with tries and routes, in a fraction of
 * the time. Nothing is counted or changed before it is clear that the packet goes this way; XTR_GO_ON leaves all
 * others, and every doubt, to slow_eid_path. All that is known of the packet stays in registers: nothing takes its
 * address.
 */
#ifndef XTR_LIB_FAST_ENCAP_H
#define XTR_LIB_FAST_ENCAP_H

#include "../cache/flow.h"
#include "../cache/next_hop.h"
#include "../encap.h"
#include "../fib.h"
#include "../flow_hash.h"
#include "../index.h"
#include "../interface.h"
#include "../rewrite.h"
#include "header.h"

struct xtr_hashes {
	__u32 flow;
	__u32 pair; /* of the addresses alone */
};

/* No options, no fragment, hops left, sound; eight bytes behind it are in the frame. */
static __always_inline bool usual_v4(const struct iphdr *ip, const void *end, struct xtr_fast_ip *out,
				     struct xtr_hashes *hashes)
{
	const __u32 *word = (const __u32 *)ip;
	__u64 hash;

	if ((const void *)(word + 7) > end || ip->ttl <= 1 || ip->frag_off & bpf_htons(IPV4_FRAGMENT) ||
	    !fast_ip_v4(ip, out))
		return false;
	hash = hash_pair_of(ip, 4);
	hashes->pair = hash;
	if (has_ports(ip->protocol))
		hash = hash_ports(hash, ip->protocol, word[5]);
	hashes->flow = hash_end(hash);
	return true;
}

/* The same for IPv6, whose protocol says that there is no extension header. */
static __always_inline bool usual_v6(const struct ipv6hdr *ip, const void *end, struct xtr_fast_ip *out,
				     struct xtr_hashes *hashes)
{
	const __u32 *word = (const __u32 *)ip;
	__u64 hash;

	if ((const void *)(word + 12) > end || ip->hop_limit <= 1 || !has_ports(ip->nexthdr) || !fast_ip_v6(ip, out))
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

/*
 * In front of the packet. False: no room. RLOCs of IPv6 are read where the agent writes them: it gives the index of a
 * locator to another one only after a new epoch, as long as there are unused ones.
 */
static __always_inline bool write_headers(struct xdp_md *ctx, const struct xtr_next_hop *next_hop,
					  const struct xtr_fast_ip *ip, __u32 flow, __be64 lisp)
{
	const bool v4 = next_hop->family == 4;
	const __u8 ttl =
	    next_hop->outer_ttl ? next_hop->outer_ttl : ip->ttl - 1; /* that the inner packet leaves with */
	const struct xtr_locator *locator;
	__u32 index = next_hop->locator;
	void *at;

	if (bpf_xdp_adjust_head(
		ctx, -(int)(v4 ? encapsulation_bytes(XTR_FORMAT_LISP, 4) : encapsulation_bytes(XTR_FORMAT_LISP, 6))))
		return false;
	at = packet_data(ctx);
	if (at + link_bytes(VLAN_UNTAGGED) + encapsulation_bytes(XTR_FORMAT_LISP, 6) > packet_end(ctx))
		return false;
	copy_ethernet(at, next_hop->ethernet + CACHED_ETHERNET_AT);
	at += link_bytes(VLAN_UNTAGGED);
	if (v4) {
		write_ipv4(at, ip->total_bytes, ip->tos, ttl, next_hop->header_sum, next_hop->rlocs_v4,
			   next_hop->rlocs_v4 + 4);
		write_tunnel(at + sizeof(struct iphdr), ip->total_bytes, flow, lisp);
	} else {
		locator = bpf_map_lookup_elem(&xtr_locators, &index);
		if (!locator)
			return false;
		write_ipv6(at, ip->total_bytes, ip->tos, ttl, flow, locator->source, locator->destination);
		write_tunnel(at + sizeof(struct ipv6hdr), ip->total_bytes, flow, lisp);
	}
	return true;
}

/* The cache has flows of such pairs alone: only the first packet of one has to be looked at. */
static __always_inline bool both_unicast(const void *ip, const __u32 family)
{
	const struct iphdr *v4 = ip;
	const struct ipv6hdr *v6 = ip;

	if (family == 4)
		return unicast_v4(v4->saddr) && unicast_v4(v4->daddr);
	return unicast_v6((const union xtr_address *)&v6->saddr) && unicast_v6((const union xtr_address *)&v6->daddr);
}

/* False: not for this router, or slow_eid_path has to look. header: between EIDs. */
static __always_inline bool decide_by_index(const struct ethhdr *eth, const void *header, __u32 ifindex, __u16 vlan,
					    const __u32 family, struct xtr_decision *decision)
{
	const struct xtr_interface *interface = interface_of(ifindex, vlan);
	__u32 instance_id;
	__u64 source;
	__u8 l_flag;

	if (!interface || !(interface->roles & XTR_ROLE_EID) || !is_for(interface, eth) ||
	    !both_unicast(header, family))
		return false;
	instance_id = interface->instance_id;
	source = index_source(header, family, instance_id);
	if (index_kind(source) < XTR_INDEX_LOCAL)
		return false;
	l_flag = index_kind(source) == XTR_INDEX_LOCAL_STATUS ? LISP_FLAG_L : 0;
	decision->lisp = lisp_header(instance_id, l_flag, index_value(source));
	decision->mapping = index_destination(header, family, instance_id);
	return index_kind(decision->mapping) >= XTR_INDEX_LOCATOR;
}

static __always_inline int fast_encap_family(struct xdp_md *ctx, struct ethhdr *eth, const struct xtr_link *link,
					     void *header, const struct xtr_fast_ip *ip,
					     const struct xtr_hashes *hashes, const __u32 family)
{
	const __u16 vlan = link->vlan;
	const __u32 wanted_bytes = link_bytes(vlan) + ip->total_bytes;
	const __u32 bytes = frame_bytes_or(ctx, wanted_bytes);
	struct xtr_ingress ingress = {.ifindex = ctx->ingress_ifindex};
	struct xtr_cache_snapshot snapshot = cache_snapshot();
	struct xtr_flow *flow = flow_slot(&snapshot, hashes->pair, family);
	struct xtr_decision decision;
	const struct xtr_next_hop *next_hop;
	__u32 locator, version, egress;

	if (!flow || bytes < wanted_bytes)
		return XTR_GO_ON;
	version = cache_version(&flow->version);
	if (flow_matches(flow, &snapshot, ingress.ifindex, link->key, header, family)) {
		decision.mapping = (__u64)flow->counter << 32 | flow->mapping;
		decision.lisp = flow->lisp;
		compiler_barrier();
		if (cache_version(&flow->version) != version)
			return XTR_GO_ON;
	} else {
		if (!decide_by_index(eth, header, ingress.ifindex, vlan, family, &decision))
			return XTR_GO_ON;
		flow_store(flow, &snapshot, ingress.ifindex, link->key, header, family, hashes->pair, &decision);
		snapshot.epoch = cache_epoch(); /* a locator that became another one since has another epoch, too */
	}
	locator = locator_by_index(decision.mapping, hashes->flow);
	ingress.selector = next_hop_selector(vlan, ip->tos, hashes->flow & snapshot.spread);
	next_hop = next_hop_slot(&snapshot, locator, &ingress);
	if (locator == XTR_NONE || !next_hop)
		return XTR_GO_ON;
	version = cache_version(&next_hop->version);
	if (!next_hop_matches(next_hop, &snapshot, locator, &ingress, ip->total_bytes))
		return XTR_GO_ON;

	decrement_ttl(header, family);
	if (bytes != wanted_bytes && bpf_xdp_adjust_tail(ctx, (int)(wanted_bytes - bytes)))
		return leave_bytes(bytes, XTR_REASON_INTERNAL, XDP_DROP);
	egress = next_hop->egress;
	if (!write_headers(ctx, next_hop, ip, hashes->flow, decision.lisp))
		return leave_bytes(bytes, XTR_REASON_NO_HEADROOM, XDP_DROP);
	compiler_barrier();
	if (cache_version(&next_hop->version) != version)
		return leave_bytes(bytes, XTR_REASON_INTERNAL, XDP_DROP);
	count(&xtr_mapping_counters, snapshot.counters + index_value(decision.mapping), ip->total_bytes);
	count(&xtr_locator_counters, locator, ip->total_bytes);
	return leave_bytes(bytes, XTR_REASON_ENCAPSULATED, redirect_to(egress));
}

/* A global function, as slow_eid_path is: stacks of 512 bytes hold one of them and what it calls. */
__noinline int fast_encap(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_data(ctx);
	void *header, *end = packet_end(ctx);
	struct xtr_link link;
	struct xtr_fast_ip ip;
	struct xtr_hashes hashes;

	if (!link_of(ctx, &link))
		return XTR_GO_ON;
	header = (void *)eth + link_bytes(link.vlan);
	if (link_family(&link) == 4)
		return usual_v4(header, end, &ip, &hashes) ? fast_encap_family(ctx, eth, &link, header, &ip, &hashes, 4)
							   : XTR_GO_ON;
	return usual_v6(header, end, &ip, &hashes) ? fast_encap_family(ctx, eth, &link, header, &ip, &hashes, 6)
						   : XTR_GO_ON;
}

#endif
