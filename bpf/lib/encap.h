/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Outer headers (RFC 9300 5.3): TTL, DSCP and ECN of the inner one (9300-5.3-15, -16, RFC 6040 normal mode), DF set
 * (9300-7.1-03), source port from the flow (9300-12-03), UDP checksum zero (9300-5.3-02). The checksum of the IPv4
 * header starts from header_sum of the locator, which layout.h defines, and adds what differs by packet.
 */
#ifndef XTR_LIB_ENCAP_H
#define XTR_LIB_ENCAP_H

#include "csum.h"
#include "flow_cache.h"
#include "lisp.h"
#include "locator.h"

struct xtr_encap {
	struct xtr_choice choice;
	struct xtr_slot slot; /* where the decision is to be remembered */
	__u32 counter;	      /* of the mapping */
	__u32 status_bits;
	__u8 l_flag; /* LISP_FLAG_L: status_bits go with the packet */
	__u8 mac[ETH_ALEN];
};

static __always_inline __be16 tunnel_source_port(const struct xtr_packet *packet)
{
	return bpf_htons(0xc000 | (packet->flow >> 16 & 0x3fff));
}

static __always_inline __u32 outer_bytes(const struct xtr_locator *locator)
{
	return sizeof(struct xtr_tunnel) + (locator->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
}

/* What differs by packet, in a header that has all else. */
static __always_inline void fill_ipv4(struct iphdr *header, const struct xtr_packet *packet, __u32 header_sum)
{
	__u32 total = sizeof(*header) + sizeof(struct xtr_tunnel) + packet->ip.total_bytes;
	__u32 sum = header_sum + packet->ip.tos + total + ((__u32)packet->ip.ttl << 8);

	header->tos = packet->ip.tos;
	header->tot_len = bpf_htons(total);
	header->ttl = packet->ip.ttl;
	header->check = bpf_htons(~csum_fold(sum));
}

static __always_inline void write_ipv4(struct iphdr *header, const struct xtr_packet *packet,
				       const struct xtr_locator *locator)
{
	header->version = 4;
	header->ihl = 5;
	header->id = 0;
	header->frag_off = bpf_htons(0x4000); /* DF */
	header->protocol = IPPROTO_UDP;
	__builtin_memcpy(&header->saddr, locator->source, sizeof(header->saddr));
	__builtin_memcpy(&header->daddr, locator->destination, sizeof(header->daddr));
	fill_ipv4(header, packet, locator->header_sum);
}

static __always_inline void fill_ipv6(struct ipv6hdr *header, const struct xtr_packet *packet)
{
	__be32 *first = (__be32 *)header;

	*first = bpf_htonl(6U << 28 | (__u32)packet->ip.tos << 20 | (packet->flow & 0xfffff));
	header->payload_len = bpf_htons(sizeof(struct xtr_tunnel) + packet->ip.total_bytes);
	header->hop_limit = packet->ip.ttl;
}

static __always_inline void write_ipv6(struct ipv6hdr *header, const struct xtr_packet *packet,
				       const struct xtr_locator *locator)
{
	header->nexthdr = IPPROTO_UDP;
	__builtin_memcpy(&header->saddr, locator->source, sizeof(header->saddr));
	__builtin_memcpy(&header->daddr, locator->destination, sizeof(header->daddr));
	fill_ipv6(header, packet);
}

static __always_inline void write_tunnel(struct xtr_tunnel *tunnel, const struct xtr_packet *packet,
					 const struct xtr_encap *encap)
{
	tunnel->udp.source = tunnel_source_port(packet);
	tunnel->udp.dest = bpf_htons(LISP_DATA_PORT);
	tunnel->udp.len = bpf_htons(sizeof(*tunnel) + packet->ip.total_bytes);
	tunnel->udp.check = 0;
	lisp_write(&tunnel->lisp, packet->instance_id, encap->l_flag, encap->status_bits);
}

/* Ethernet header with MAC addresses of zero, outer header, UDP, LISP: in front of the IP packet of the frame. */
static __always_inline int encapsulate(struct xdp_md *ctx, const struct xtr_packet *packet,
				       const struct xtr_encap *encap)
{
	const struct xtr_locator *locator = encap->choice.locator;
	struct ethhdr *eth;
	void *at, *end;

	if (bpf_xdp_adjust_head(ctx, -(int)outer_bytes(locator)))
		return drop(packet, XTR_REASON_NO_HEADROOM);
	eth = packet_data(ctx);
	at = eth + 1;
	end = packet_end(ctx);
	if (at + sizeof(struct ipv6hdr) + sizeof(struct xtr_tunnel) > end)
		return drop(packet, XTR_REASON_INTERNAL);
	__builtin_memset(eth, 0, 2 * ETH_ALEN);
	if (locator->family == 4) {
		eth->h_proto = bpf_htons(ETH_P_IP);
		write_ipv4(at, packet, locator);
		write_tunnel(at + sizeof(struct iphdr), packet, encap);
	} else {
		eth->h_proto = bpf_htons(ETH_P_IPV6);
		write_ipv6(at, packet, locator);
		write_tunnel(at + sizeof(struct ipv6hdr), packet, encap);
	}
	return XTR_GO_ON;
}

#endif
