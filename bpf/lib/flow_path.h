/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Encapsulation by a remembered decision. Its header is the one that the packet before was sent with, Ethernet header
 * included; what differs by packet is written over it: TTL, TOS, lengths, checksum, source port and flow label.
 */
#ifndef XTR_LIB_FLOW_PATH_H
#define XTR_LIB_FLOW_PATH_H

#include "encap.h"
#include "fib.h"
#include "flow_cache.h"
#include "rewrite.h"

/* IPv4 or IPv6, UDP and LISP header. */
static __always_inline void copy_tunnel(void *to, const void *from, const __u32 bytes)
{
#pragma unroll
	for (__u32 i = 0; i + 8 <= bytes; i += 8)
		*(__u64 *)(to + i) = *(const __u64 *)(from + i);
	if (bytes % 8)
		*(__u32 *)(to + bytes - 4) = *(const __u32 *)(from + bytes - 4);
}

#define TUNNEL_BYTES_V4 (sizeof(struct iphdr) + sizeof(struct xtr_tunnel))
#define TUNNEL_BYTES_V6 (sizeof(struct ipv6hdr) + sizeof(struct xtr_tunnel))

static __always_inline void fill_udp(struct udphdr *udp, const struct xtr_packet *packet)
{
	udp->source = tunnel_source_port(packet);
	udp->len = bpf_htons(sizeof(struct xtr_tunnel) + packet->ip.total_bytes);
}

/* In front of the packet, which has lost one hop already. */
static __always_inline bool write_header(struct xdp_md *ctx, const struct xtr_packet *packet,
					 const struct xtr_flow *flow)
{
	const bool v4 = flow->family == 4;
	void *at;

	if (bpf_xdp_adjust_head(ctx, -(int)(v4 ? TUNNEL_BYTES_V4 : TUNNEL_BYTES_V6)))
		return false;
	at = packet_data(ctx);
	if (at + ETH_HLEN + TUNNEL_BYTES_V6 > packet_end(ctx))
		return false;
	copy_ethernet(at, flow->header + FLOW_ETH_AT);
	at += ETH_HLEN;
	if (v4) {
		copy_tunnel(at, flow->header + FLOW_IP_AT, TUNNEL_BYTES_V4);
		fill_ipv4(at, packet, flow->header_sum);
		fill_udp(at + sizeof(struct iphdr), packet);
	} else {
		copy_tunnel(at, flow->header + FLOW_IP_AT, TUNNEL_BYTES_V6);
		fill_ipv6(at, packet);
		fill_udp(at + sizeof(struct ipv6hdr), packet);
	}
	return true;
}

static __always_inline __u8 encapsulated_kind(const struct xtr_packet *packet)
{
	return packet->flow % XTR_BUCKETS | (packet->ip.family == 6 ? XTR_FLOW_IPV6 : 0);
}

/* Every pair of EIDs has a decision for each bucket, as buckets may have different locators. */
static __always_inline bool encapsulation_known(struct xtr_slot *slot, struct xdp_md *ctx,
						const struct xtr_packet *packet)
{
	flow_slot(slot, packet->pair + packet->flow % XTR_BUCKETS * 0x9e3779b1U);
	return flow_known(slot, ctx, &packet->ip, packet->ip.tos, encapsulated_kind(packet));
}

/* The packet goes where the one before went. */
static __always_inline int flow_path(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_slot *slot)
{
	const struct xtr_flow *flow = slot->flow;

	count(&xtr_mapping_counters, flow->counter, packet->ip.total_bytes);
	if (!trim(ctx, &packet->ip) || !rewrite_ip(ctx, &packet->ip, packet->ip.tos, packet->ip.ttl - 1))
		return drop(packet, XTR_REASON_INTERNAL);
	if (!write_header(ctx, packet, flow))
		return drop(packet, XTR_REASON_NO_HEADROOM);
	count(&xtr_locator_counters, flow->locator, packet->ip.total_bytes);
	if (!flow_unchanged(slot))
		return drop(packet, XTR_REASON_INTERNAL);
	return redirect(packet, flow->egress, XTR_REASON_ENCAPSULATED);
}

/* After a packet was encapsulated and before it leaves. path_mtu is that of the way to the locator. */
static __always_inline void flow_remember(struct xdp_md *ctx, const struct xtr_packet *packet,
					  const struct xtr_encap *encap, const struct bpf_fib_lookup *fib)
{
	const struct xtr_slot *slot = &encap->slot;
	const struct xtr_locator *locator = encap->choice.locator;
	struct xtr_flow *flow = slot->flow;
	const void *at = packet_data(ctx);

	if (!flow || at + ETH_HLEN + TUNNEL_BYTES_V6 > packet_end(ctx))
		return;
	flow_open(slot, ctx, &packet->ip, encapsulated_kind(packet), encap->mac);
	flow->locator = encap->choice.index;
	flow->counter = encap->counter;
	flow->egress = fib->ifindex;
	flow->mtu = fib->mtu_result - outer_bytes(locator);
	flow->family = locator->family;
	flow->header_sum = locator->header_sum;
	copy_ethernet(flow->header + FLOW_ETH_AT, at);
	copy_tunnel(flow->header + FLOW_IP_AT, at + ETH_HLEN, TUNNEL_BYTES_V6);
	flow_close(slot);
}

#endif
