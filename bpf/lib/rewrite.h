/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Changes to the IP header between EIDs, which lies behind the Ethernet header. Struct xtr_ip follows. */
#ifndef XTR_LIB_REWRITE_H
#define XTR_LIB_REWRITE_H

#include "parse.h"

static __always_inline void rewrite_ipv4(struct iphdr *header, __u8 tos, __u8 ttl)
{
	__u16 *words = (__u16 *)header;
	__u16 first = words[0];
	__u16 fifth = words[4];

	header->tos = tos;
	header->ttl = ttl;
	csum_replace(header, first, words[0]);
	csum_replace(header, fifth, words[4]);
}

static __always_inline void rewrite_ipv6(struct ipv6hdr *header, __u8 tos, __u8 ttl)
{
	header->priority = tos >> 4;
	header->flow_lbl[0] = (header->flow_lbl[0] & 0x0f) | tos << 4;
	header->hop_limit = ttl;
}

/* False when the header is not there. */
static __always_inline bool rewrite_ip(struct xdp_md *ctx, struct xtr_ip *ip, __u8 tos, __u8 ttl)
{
	void *header = packet_data(ctx) + ETH_HLEN;
	void *end = packet_end(ctx);

	ip->tos = tos;
	ip->ttl = ttl;
	if (ip->family == 4) {
		if (header + sizeof(struct iphdr) > end)
			return false;
		rewrite_ipv4(header, tos, ttl);
	} else {
		if (header + sizeof(struct ipv6hdr) > end)
			return false;
		rewrite_ipv6(header, tos, ttl);
	}
	return true;
}

/* Cuts the frame behind the IP packet: short frames are padded (RFC 894), and the padding is no payload. */
static __always_inline bool trim(struct xdp_md *ctx, const struct xtr_ip *ip)
{
	__u32 bytes = packet_bytes(ctx);
	__u32 wanted = ETH_HLEN + ip->total_bytes;

	return bytes == wanted || !bpf_xdp_adjust_tail(ctx, (int)(wanted - bytes));
}

#endif
