/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ICMP errors from the core about packets that we may have encapsulated: Destination Unreachable, Packet Too Big, Time
 * Exceeded. The agent looks at what they quote; the kernel gets them, too. Copies alone: nothing is believed here.
 */
#ifndef XTR_LIB_CORE_ICMP_H
#define XTR_LIB_CORE_ICMP_H

#include "answer.h"
#include "outer.h"

#define ICMPV4_UNREACHABLE   3
#define ICMPV4_TIME_EXCEEDED 11
#define ICMPV6_UNREACHABLE   1
#define ICMPV6_TIME_EXCEEDED 3 /* 2 is Packet Too Big */

/* at: the IP header. Without IPv4 options, which no router puts into an error. */
static __always_inline bool is_icmp_error(void *at, __u32 family, void *end)
{
	const struct iphdr *v4 = at;
	const struct ipv6hdr *v6 = at;
	const __u8 *type = at + ip_bytes(family);

	if ((void *)(type + 1) > end)
		return false;
	if (family == 4)
		return v4->protocol == IPPROTO_ICMP && v4->ihl == 5 &&
		       (*type == ICMPV4_UNREACHABLE || *type == ICMPV4_TIME_EXCEEDED);
	return v6->nexthdr == IPPROTO_ICMPV6 && *type >= ICMPV6_UNREACHABLE && *type <= ICMPV6_TIME_EXCEEDED;
}

/* A global function, so that its stack is its own: most packets do not get here. */
__noinline int punt_core_icmp(struct xdp_md *ctx)
{
	struct xtr_packet packet = {.frame_bytes = frame_bytes(ctx)};
	struct xtr_link link;

	if (!link_of(ctx, &link) || !is_for_us(ctx, &link) ||
	    !parse_ip(ctx, layer3(ctx, link.vlan), packet.frame_bytes - link_bytes(link.vlan), link_family(&link),
		      &packet.ip))
		return 0;
	punt(ctx, &packet, XTR_PUNT_CORE_ICMP);
	return 0;
}

/* Of a packet that is no LISP data; link: its own. */
static __always_inline void watch_core_icmp(struct xdp_md *ctx, const struct xtr_link *link)
{
	if (is_icmp_error(layer3(ctx, link->vlan), link_family(link), packet_end(ctx)))
		punt_core_icmp(ctx);
}

#endif
