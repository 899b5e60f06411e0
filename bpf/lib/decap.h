/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Takes the outer headers off: the frame then holds the inner packet behind the Ethernet header it came with. */
#ifndef XTR_LIB_DECAP_H
#define XTR_LIB_DECAP_H

#include "outer.h"
#include "rewrite.h"

/* tos and ttl are those that the inner header leaves the tunnel with. False: cannot happen. */
static __always_inline bool decapsulate(struct xdp_md *ctx, struct xtr_ip *inner, __u32 outer_header_bytes, __u8 tos,
					__u8 ttl)
{
	struct ethhdr *eth = packet_data(ctx);
	struct ethhdr saved;

	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	saved = *eth;
	saved.h_proto = inner->family == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	if (bpf_xdp_adjust_head(ctx, (int)(outer_header_bytes + sizeof(struct xtr_tunnel))) || !trim(ctx, inner))
		return false;
	eth = packet_data(ctx);
	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	*eth = saved;
	return rewrite_ip(ctx, inner, tos, ttl);
}

#endif
