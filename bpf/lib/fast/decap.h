/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Decapsulation of usual packets by a cached delivery: what slow_rloc_path does with tries and routes, in a fraction of
 * the time. Nothing is counted or changed before it is clear that the packet goes this way; XTR_GO_ON
 * leaves all others, and every doubt, to slow_rloc_path. What a packet shows of its own is checked each time: headers,
 * TTL, ECN.
 */
#ifndef XTR_LIB_FAST_DECAP_H
#define XTR_LIB_FAST_DECAP_H

#include "../cache/delivery.h"
#include "../ecn.h"
#include "../fib.h"
#include "../rewrite.h"
#include "header.h"

/* Lengths that fit into each other, and not encrypted. */
static __always_inline bool usual_tunnel(const void *ip, const struct xtr_tunnel *tunnel,
					 const struct xtr_fast_ip *outer, const struct xtr_fast_ip *inner,
					 const __u32 family)
{
	const __u32 udp_bytes = bpf_ntohs(tunnel->udp.len);

	if (family == 4 ? !unicast_v4(((const struct iphdr *)ip)->saddr)
			: !unicast_v6((const union xtr_address *)&((const struct ipv6hdr *)ip)->saddr))
		return false;
	return !(tunnel->lisp.flags & LISP_FLAG_KK) && ip_bytes(family) + udp_bytes <= outer->total_bytes &&
	       tunnel_bytes(XTR_FORMAT_LISP) + inner->total_bytes <= udp_bytes;
}

/* Between the same RLOC and EIDs. */
static __always_inline bool same_addresses(const struct xtr_delivery *delivery, const void *ip, const void *inner,
					   const __u32 rloc_family, const __u32 eid_family)
{
	const struct iphdr *v4 = ip, *inner_v4 = inner;
	const struct ipv6hdr *v6 = ip, *inner_v6 = inner;

	if (eid_family == 4 ? *(const __be32 *)delivery->destination != inner_v4->daddr ||
				  *(const __be32 *)delivery->source != inner_v4->saddr
			    : !same_address(delivery->destination, (const union xtr_address *)&inner_v6->daddr) ||
				  !same_address(delivery->source, (const union xtr_address *)&inner_v6->saddr))
		return false;
	return rloc_family == 4 ? *(const __be32 *)delivery->rloc == v4->daddr
				: same_address(delivery->rloc, (const union xtr_address *)&v6->daddr);
}

static __always_inline int fast_decap_families(struct xdp_md *ctx, struct ethhdr *eth, const struct xtr_link *link,
					       const __u32 rloc_family, const __u32 eid_family)
{
	const __u32 outer_bytes = encapsulation_bytes(XTR_FORMAT_LISP, rloc_family);
	const void *ip = (void *)eth + link_bytes(link->vlan), *end = packet_end(ctx);
	const struct xtr_tunnel *tunnel = ip + ip_bytes(rloc_family);
	void *inner = (void *)(tunnel + 1);
	const struct xtr_cache_snapshot snapshot = cache_snapshot();
	const struct xtr_delivery *delivery;
	struct xtr_fast_ip outer_ip, inner_ip;
	__u32 at, bytes, version, egress, wanted_bytes;
	int tos;

	if (inner + ip_bytes(eid_family) > end || !fast_ip_of(ip, rloc_family, &outer_ip) ||
	    !fast_ip_of(inner, eid_family, &inner_ip) || !usual_tunnel(ip, tunnel, &outer_ip, &inner_ip, rloc_family))
		return XTR_GO_ON;
	bytes = frame_bytes_or(ctx, link_bytes(link->vlan) + outer_ip.total_bytes);
	if (bytes < link_bytes(link->vlan) + outer_ip.total_bytes)
		return XTR_GO_ON;
	at = cache_slot(&snapshot, hash_pair_of(inner, eid_family));
	delivery = bpf_map_lookup_elem(&xtr_deliveries, &at);
	if (!delivery || !snapshot.epoch)
		return XTR_GO_ON;
	version = cache_version(&delivery->version);
	tos = tos_decapsulated(outer_ip.tos, inner_ip.tos);
	/* A packet whose hops are used up is not forwarded like one that has some. */
	if (delivery->epoch != snapshot.epoch ||
	    snapshot.now_jiffies - delivery->decided_jiffies >= CACHE_LIFE_JIFFIES ||
	    !same_addresses(delivery, ip, inner, rloc_family, eid_family) ||
	    delivery->ifindex != ctx->ingress_ifindex || delivery->instance_id != lisp_instance_id(&tunnel->lisp) ||
	    delivery->dscp != outer_ip.tos >> 2 || delivery->protocol != inner_ip.protocol ||
	    delivery->kind != delivery_kind(eid_family, rloc_family) || inner_ip.total_bytes > delivery->mtu ||
	    delivery->link != link->key || inner_ip.ttl <= 1 || outer_ip.ttl <= 1 || tos < 0)
		return XTR_GO_ON;

	copy_ethernet(inner - link_bytes(VLAN_UNTAGGED), delivery->ethernet + CACHED_ETHERNET_AT);
	egress = delivery->egress;
	compiler_barrier();
	if (cache_version(&delivery->version) != version)
		return leave_bytes(bytes, XTR_REASON_INTERNAL, XDP_DROP);
	rewrite(inner, eid_family, tos, (outer_ip.ttl < inner_ip.ttl ? outer_ip.ttl : inner_ip.ttl) - 1);
	wanted_bytes = link_bytes(link->vlan) + outer_bytes + inner_ip.total_bytes;
	if (bpf_xdp_adjust_head(ctx, (int)(link_bytes(link->vlan) + outer_bytes - link_bytes(VLAN_UNTAGGED))))
		return leave_bytes(bytes, XTR_REASON_INTERNAL, XDP_DROP);
	if (bytes != wanted_bytes && bpf_xdp_adjust_tail(ctx, (int)(wanted_bytes - bytes)))
		return leave_bytes(bytes, XTR_REASON_INTERNAL, XDP_DROP);
	return leave_bytes(bytes, XTR_REASON_DECAPSULATED, redirect_to(egress));
}

static __always_inline int fast_decap_over(struct xdp_md *ctx, struct ethhdr *eth, const struct xtr_link *link,
					   const __u32 rloc_family)
{
	const __u8 *inner = (void *)eth + link_bytes(link->vlan) + encapsulation_bytes(XTR_FORMAT_LISP, rloc_family);

	if ((const void *)(inner + 1) > packet_end(ctx))
		return XTR_GO_ON;
	if (*inner >> 4 == 4)
		return fast_decap_families(ctx, eth, link, rloc_family, 4);
	return *inner >> 4 == 6 ? fast_decap_families(ctx, eth, link, rloc_family, 6) : XTR_GO_ON;
}

/* Of LISP data. A global function, as receive() is: stacks of 512 bytes hold one of them and what it calls. */
__noinline int fast_decap(struct xdp_md *ctx)
{
	struct xtr_link link;

	if (!link_of(ctx, &link))
		return XTR_GO_ON;
	return link_family(&link) == 4 ? fast_decap_over(ctx, packet_data(ctx), &link, 4)
				       : fast_decap_over(ctx, packet_data(ctx), &link, 6);
}

#endif
