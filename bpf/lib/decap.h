/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Takes the outer headers off: the frame then holds the inner packet behind the link header it came with. */
#ifndef XTR_LIB_DECAP_H
#define XTR_LIB_DECAP_H

#include "outer.h"
#include "rewrite.h"

/* tos and ttl are those that the inner header leaves the tunnel with. False: cannot happen. */
static __always_inline bool decapsulate(struct xdp_md *ctx, __u16 vlan, struct xtr_ip *inner, __u32 outer_header_bytes,
					__u8 tos, __u8 ttl)
{
	struct ethhdr *eth = packet_data(ctx);
	struct ethhdr saved;

	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	saved = *eth;
	saved.h_proto = ethertype(inner->family);
	if (bpf_xdp_adjust_head(ctx, (int)(outer_header_bytes + tunnel_bytes(XTR_FORMAT_LISP))) ||
	    !trim(ctx, vlan, inner))
		return false;
	eth = packet_data(ctx);
	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	*eth = saved;
	return rewrite_ip(ctx, vlan, inner, tos, ttl);
}

#endif
