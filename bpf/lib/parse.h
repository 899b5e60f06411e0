/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* IPv4 and IPv6 headers into struct xtr_ip, with the checks that a router owes them (RFC 1812 5.2.2, RFC 8200 3). */
#ifndef XTR_LIB_PARSE_H
#define XTR_LIB_PARSE_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "csum.h"
#include "packet.h"

#define IPV4_FRAGMENT	0x3fff /* more fragments, or an offset */
#define ICMPV6_ND_FIRST 133
#define ICMPV6_ND_LAST	137

/*
 * bytes: of the frame from `at` on, all buffers. False: no well-formed packet of this version at `at`, whole in the
 * frame and with its header in the linear part.
 */
static __always_inline bool parse_ipv4(struct xdp_md *ctx, void *at, __u32 bytes, struct xtr_ip *ip)
{
	struct iphdr *header = at;
	void *end = packet_end(ctx);

	if ((void *)(header + 1) > end || header->version != 4 || header->ihl < 5)
		return false;
	ip->family = 4;
	ip->header_bytes = header->ihl * 4;
	ip->total_bytes = bpf_ntohs(header->tot_len);
	if (ip->total_bytes < ip->header_bytes || ip->total_bytes > bytes)
		return false;
	if (!csum_verify(ctx, header))
		return false;
	ip->tos = header->tos;
	ip->ttl = header->ttl;
	ip->protocol = header->protocol;
	ip->fragment = !!(header->frag_off & bpf_htons(IPV4_FRAGMENT));
	address_set_v4(&ip->source, header->saddr);
	address_set_v4(&ip->destination, header->daddr);
	return true;
}

static __always_inline bool parse_ipv6(struct xdp_md *ctx, void *at, __u32 bytes, struct xtr_ip *ip)
{
	struct ipv6hdr *header = at;
	void *end = packet_end(ctx);

	if ((void *)(header + 1) > end || header->version != 6)
		return false;
	ip->family = 6;
	ip->header_bytes = sizeof(*header);
	ip->total_bytes = sizeof(*header) + bpf_ntohs(header->payload_len);
	if (ip->total_bytes > bytes)
		return false;
	ip->tos = header->priority << 4 | header->flow_lbl[0] >> 4;
	ip->ttl = header->hop_limit;
	ip->protocol = header->nexthdr;
	ip->fragment = header->nexthdr == IPPROTO_FRAGMENT;
	address_set_v6(&ip->source, &header->saddr);
	address_set_v6(&ip->destination, &header->daddr);
	return true;
}

static __always_inline bool parse_ip(struct xdp_md *ctx, void *at, __u32 bytes, __u32 family, struct xtr_ip *ip)
{
	return family == 4 ? parse_ipv4(ctx, at, bytes, ip) : parse_ipv6(ctx, at, bytes, ip);
}

/* Neighbour discovery (RFC 4861), which stays on the link. */
static __always_inline bool is_neighbour_discovery(const struct xtr_ip *ip, __u8 *at, void *end)
{
	__u8 *type = at + sizeof(struct ipv6hdr);

	if (ip->family != 6 || ip->protocol != IPPROTO_ICMPV6 || (void *)(type + 1) > end)
		return false;
	return *type >= ICMPV6_ND_FIRST && *type <= ICMPV6_ND_LAST;
}

#endif
