/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Decapsulation of usual packets by a remembered delivery: what slow_rloc_path does with tries and routes, in a
 * fraction of the time. Nothing is counted or changed before it is clear that the packet goes this way; XTR_GO_ON
 * leaves all others, and every doubt, to slow_rloc_path. What a packet shows of its own is checked each time: headers,
 * TTL, ECN.
 */
#ifndef XTR_LIB_FAST_DECAP_H
#define XTR_LIB_FAST_DECAP_H

#include "brief.h"
#include "delivery.h"
#include "ecn.h"
#include "fib.h"

#define IP_BYTES(family) ((__u32)((family) == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)))

/* Lengths that fit into each other, and not encrypted. */
static __always_inline bool usual_tunnel(const void *ip, const struct xtr_tunnel *tunnel, const struct xtr_brief *outer,
					 const struct xtr_brief *inner, const __u32 family)
{
	const __u32 udp_bytes = bpf_ntohs(tunnel->udp.len);

	if (family == 4 ? !unicast_v4(((const struct iphdr *)ip)->saddr)
			: !unicast_v6((const union xtr_address *)&((const struct ipv6hdr *)ip)->saddr))
		return false;
	return !(tunnel->lisp.flags & LISP_FLAG_KK) && IP_BYTES(family) + udp_bytes <= outer->total_bytes &&
	       sizeof(*tunnel) + inner->total_bytes <= udp_bytes;
}

/* Of the way from RLOC to host: as in struct xtr_delivery. */
static __always_inline bool same_way(const struct xtr_delivery *delivery, const void *ip, const void *inner,
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

static __always_inline int fast_decap_families(struct xdp_md *ctx, struct ethhdr *eth, const __u32 rloc_family,
					       const __u32 eid_family)
{
	const __u32 frame_bytes = packet_bytes(ctx);
	const __u32 outer_bytes = IP_BYTES(rloc_family) + sizeof(struct xtr_tunnel);
	const void *ip = eth + 1, *end = packet_end(ctx);
	const struct xtr_tunnel *tunnel = ip + IP_BYTES(rloc_family);
	void *inner = (void *)(tunnel + 1);
	const struct xtr_moment moment = memory_now();
	const struct xtr_delivery *delivery;
	struct xtr_brief outer_brief, inner_brief;
	__u32 at, version, egress;
	int tos;

	if (inner + IP_BYTES(eid_family) > end || !brief_of(ip, end, rloc_family, &outer_brief) ||
	    !brief_of(inner, end, eid_family, &inner_brief) ||
	    !usual_tunnel(ip, tunnel, &outer_brief, &inner_brief, rloc_family))
		return XTR_GO_ON;
	at = memory_slot(&moment, hash_pair_of(inner, eid_family));
	delivery = bpf_map_lookup_elem(&xtr_deliveries, &at);
	if (!delivery || !moment.epoch)
		return XTR_GO_ON;
	version = *(const volatile __u32 *)&delivery->version;
	tos = tos_decapsulated(outer_brief.tos, inner_brief.tos);
	/* A packet whose hops are used up is not forwarded like one that has some. */
	if (delivery->epoch != moment.epoch || moment.now - delivery->decided >= MEMORY_LIFE_JIFFIES ||
	    !same_way(delivery, ip, inner, rloc_family, eid_family) || delivery->ifindex != ctx->ingress_ifindex ||
	    delivery->instance_id != lisp_instance_id(&tunnel->lisp) || delivery->dscp != outer_brief.tos >> 2 ||
	    delivery->protocol != inner_brief.protocol || delivery->kind != delivery_kind(eid_family, rloc_family) ||
	    inner_brief.total_bytes > delivery->mtu || *(const __u64 *)delivery->mac != mac_of(eth) ||
	    inner_brief.ttl <= 1 || outer_brief.ttl <= 1 || tos < 0)
		return XTR_GO_ON;

	copy_ethernet(inner - ETH_HLEN, delivery->ethernet + KEPT_ETH_AT);
	egress = delivery->egress;
	memory_barrier();
	if (*(const volatile __u32 *)&delivery->version != version)
		return leave_bytes(frame_bytes, XTR_REASON_INTERNAL, XDP_DROP);
	rewrite(inner, eid_family, tos, (outer_brief.ttl < inner_brief.ttl ? outer_brief.ttl : inner_brief.ttl) - 1);
	if (bpf_xdp_adjust_head(ctx, (int)outer_bytes))
		return leave_bytes(frame_bytes, XTR_REASON_INTERNAL, XDP_DROP);
	if (frame_bytes != outer_bytes + ETH_HLEN + inner_brief.total_bytes &&
	    bpf_xdp_adjust_tail(ctx, (int)(outer_bytes + ETH_HLEN + inner_brief.total_bytes - frame_bytes)))
		return leave_bytes(frame_bytes, XTR_REASON_INTERNAL, XDP_DROP);
	return leave_bytes(frame_bytes, XTR_REASON_DECAPSULATED, redirect_to(egress));
}

static __always_inline int fast_decap_over(struct xdp_md *ctx, struct ethhdr *eth, const __u32 rloc_family)
{
	const __u8 *inner = (const void *)(eth + 1) + IP_BYTES(rloc_family) + sizeof(struct xtr_tunnel);

	if ((const void *)(inner + 1) > packet_end(ctx))
		return XTR_GO_ON;
	if (*inner >> 4 == 4)
		return fast_decap_families(ctx, eth, rloc_family, 4);
	return *inner >> 4 == 6 ? fast_decap_families(ctx, eth, rloc_family, 6) : XTR_GO_ON;
}

/* Of LISP data. A global function, as slow_rloc_path is: stacks of 512 bytes hold one of them and what it calls. */
__noinline int fast_decap(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_data(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XTR_GO_ON;
	return eth->h_proto == bpf_htons(ETH_P_IP) ? fast_decap_over(ctx, eth, 4) : fast_decap_over(ctx, eth, 6);
}

#endif
