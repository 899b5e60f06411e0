/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Outer headers (RFC 9300 5.3): TTL (or as settings say), DSCP and ECN of the inner one (9300-5.3-15, -16, RFC 6040
 * normal mode), DF set (9300-7.1-03), source port from the flow (9300-12-03), UDP checksum zero (9300-5.3-02). The
 * checksum of the IPv4 header starts from header_sum of the locator, which layout.h defines, and adds what differs by
 * packet.
 */
#ifndef XTR_LIB_ENCAP_H
#define XTR_LIB_ENCAP_H

#include "csum.h"
#include "lisp.h"
#include "cache/epoch.h"
#include "map_cache.h"

struct xtr_encap {
	struct xtr_choice choice;
	struct xtr_cache_snapshot snapshot; /* before the first lookup */
	__u32 status_bits;
	__u8 l_flag;	/* LISP_FLAG_L: status_bits go with the packet */
	__u8 outer_ttl; /* 0: that of the inner header */
};

static __always_inline __be16 tunnel_source_port(__u32 flow)
{
	return bpf_htons(0xc000 | (flow >> 16 & 0x3fff));
}

/* total_bytes, tos and ttl are those of the inner header. */
static __always_inline void write_ipv4(struct iphdr *header, __u32 total_bytes, __u8 tos, __u8 ttl, __u32 header_sum,
				       const void *source, const void *destination)
{
	__u32 total = encapsulation_bytes(XTR_FORMAT_LISP, 4) + total_bytes;
	__u32 sum = header_sum + tos + total + ((__u32)ttl << 8);
	__be32 *word = (__be32 *)header;

	word[0] = bpf_htonl(0x45U << 24 | (__u32)tos << 16 | total);
	word[1] = bpf_htonl(0x4000); /* no ID, DF */
	word[2] = bpf_htonl((__u32)ttl << 24 | IPPROTO_UDP << 16 | (~csum_fold(sum) & 0xffff));
	word[3] = *(const __be32 *)source;
	word[4] = *(const __be32 *)destination;
}

static __always_inline void write_ipv6(struct ipv6hdr *header, __u32 total_bytes, __u8 tos, __u8 ttl, __u32 flow,
				       const void *source, const void *destination)
{
	__be32 *word = (__be32 *)header;
	__u64 *half = (__u64 *)header;

	word[0] = bpf_htonl(6U << 28 | (__u32)tos << 20 | (flow & 0xfffff));
	word[1] = bpf_htonl((tunnel_bytes(XTR_FORMAT_LISP) + total_bytes) << 16 | IPPROTO_UDP << 8 | ttl);
	half[1] = ((const __u64 *)source)[0];
	half[2] = ((const __u64 *)source)[1];
	half[3] = ((const __u64 *)destination)[0];
	half[4] = ((const __u64 *)destination)[1];
}

static __always_inline void write_tunnel(void *at, __u32 total_bytes, __u32 flow, __be64 lisp)
{
	__be32 *word = at;

	word[0] = tunnel_source_port(flow) | (__u32)tunnel_port(XTR_FORMAT_LISP) << 16;
	word[1] = bpf_htonl((tunnel_bytes(XTR_FORMAT_LISP) + total_bytes) << 16); /* checksum zero */
	*(__be64 *)(word + 2) = lisp;
}

/* Untagged Ethernet header with MAC addresses of zero, outer header, UDP, LISP: in front of the IP packet. */
static __always_inline int encapsulate(struct xdp_md *ctx, const struct xtr_packet *packet,
				       const struct xtr_encap *encap)
{
	const struct xtr_locator *locator = encap->choice.locator;
	const struct xtr_ip *ip = &packet->ip;
	const __u8 ttl = encap->outer_ttl ? encap->outer_ttl : ip->ttl;
	const int link_change = (int)link_bytes(VLAN_UNTAGGED) - (int)link_bytes(packet->vlan);
	struct ethhdr *eth;
	void *at, *end;

	if (bpf_xdp_adjust_head(ctx, -((int)encapsulation_bytes(XTR_FORMAT_LISP, locator->family) + link_change)))
		return drop(packet, XTR_REASON_NO_HEADROOM);
	eth = packet_data(ctx);
	at = layer3(ctx, VLAN_UNTAGGED);
	end = packet_end(ctx);
	if (at + encapsulation_bytes(XTR_FORMAT_LISP, 6) > end)
		return drop(packet, XTR_REASON_INTERNAL);
	__builtin_memset(eth, 0, 2 * ETH_ALEN);
	eth->h_proto = ethertype(locator->family);
	if (locator->family == 4) {
		write_ipv4(at, ip->total_bytes, ip->tos, ttl, locator->header_sum, locator->source,
			   locator->destination);
		at += sizeof(struct iphdr);
	} else {
		write_ipv6(at, ip->total_bytes, ip->tos, ttl, packet->flow, locator->source, locator->destination);
		at += sizeof(struct ipv6hdr);
	}
	write_tunnel(at, ip->total_bytes, packet->flow,
		     lisp_header(packet->instance_id, encap->l_flag, encap->status_bits));
	return XTR_GO_ON;
}

#endif
