/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Packets that cannot go on as they are. The agent answers their source by ICMP, fragments them, or has their neighbour
 * resolved.
 */
#ifndef XTR_LIB_ANSWER_H
#define XTR_LIB_ANSWER_H

#include "punt.h"
#include "verdict.h"

#define IPV4_DF 0x4000

/* Of the packet between EIDs, which is layer 3 of the frame: IPv4 without DF. */
static __always_inline bool may_fragment(const struct xdp_md *ctx, const struct xtr_packet *packet)
{
	const struct iphdr *header = layer3(ctx, packet->vlan);

	return packet->ip.family == 4 && (const void *)(header + 1) <= packet_end(ctx) &&
	       !(header->frag_off & bpf_htons(IPV4_DF));
}

/* RFC 9300 7.1: fragmented before it is encapsulated, or refused with the MTU that would fit. */
static __always_inline int oversized(struct xdp_md *ctx, const struct xtr_packet *packet)
{
	const bool may = may_fragment(ctx, packet);

	punt(ctx, packet, may ? XTR_PUNT_FRAGMENT : XTR_PUNT_TOO_BIG);
	return drop(packet, may ? XTR_REASON_FRAGMENT : XTR_REASON_TOO_BIG);
}

/* Decapsulated: the kernel would answer from an RLOC, and natively. */
static __always_inline int expired(struct xdp_md *ctx, const struct xtr_packet *packet)
{
	punt(ctx, packet, XTR_PUNT_TTL_EXPIRED);
	return drop(packet, XTR_REASON_TTL_EXPIRED);
}

/* The agent sends the packet on through the kernel, which resolves the neighbour. */
static __always_inline int unresolved(struct xdp_md *ctx, const struct xtr_packet *packet)
{
	punt(ctx, packet, XTR_PUNT_NO_NEIGHBOUR);
	return drop(packet, XTR_REASON_NO_NEIGHBOUR);
}

/* Behind the last step: what it left to be punted. One call, so that the stack of punt() is not below that of a step.
 */
static __always_inline int answer(struct xdp_md *ctx, const struct xtr_packet *packet, int verdict)
{
	switch (verdict) {
	case XTR_UNRESOLVED:
		return unresolved(ctx, packet);
	case XTR_OVERSIZED:
		return oversized(ctx, packet);
	case XTR_EXPIRED:
		return expired(ctx, packet);
	default:
		return verdict;
	}
}

#endif
