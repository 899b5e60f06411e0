/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Takes the outer headers off: the frame then holds the inner packet behind the link header it came with. */
#ifndef XTR_LIB_DECAP_H
#define XTR_LIB_DECAP_H

#include "outer.h"
#include "rewrite.h"

/* tos and ttl are those that the inner header leaves the tunnel with. False: cannot happen. */
static __always_inline bool decapsulate(struct xdp_md *ctx, struct xtr_packet *packet, __u32 outer_header_bytes,
					__u8 tos, __u8 ttl)
{
	const __u32 outer_bytes = outer_header_bytes + tunnel_bytes(XTR_FORMAT_LISP);
	struct ethhdr *eth = packet_data(ctx);
	struct ethhdr saved;

	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	saved = *eth;
	saved.h_proto = ethertype(packet->ip.family);
	if (bpf_xdp_adjust_head(ctx, (int)outer_bytes) ||
	    !trim(ctx, packet->frame_bytes - outer_bytes, packet->vlan, &packet->ip))
		return false;
	eth = packet_data(ctx);
	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	*eth = saved;
	return rewrite_ip(ctx, packet->vlan, &packet->ip, tos, ttl);
}

#endif
