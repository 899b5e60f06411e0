/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a packet between EIDs and a locator-set to the underlay; eid_path and re-encapsulation end here. */
#ifndef XTR_LIB_TUNNEL_PATH_H
#define XTR_LIB_TUNNEL_PATH_H

#include "ecn.h"
#include "encap.h"
#include "fib.h"
#include "path.h"
#include "punt.h"
#include "rewrite.h"

static __always_inline long route_to_locator(struct xdp_md *ctx, const struct xtr_packet *packet,
					     const struct xtr_locator *locator, __u32 spread,
					     struct bpf_fib_lookup *fib)
{
	struct xtr_route route = {
	    .source = (const union xtr_address *)locator->source,
	    .destination = (const union xtr_address *)locator->destination,
	    .family = locator->family,
	    .total_bytes = outer_bytes(locator) + packet->ip.total_bytes,
	    .tos = packet->ip.tos & ~ECN_MASK,
	    .protocol = IPPROTO_UDP,
	    .source_port = path_port(spread),
	    .destination_port = bpf_htons(LISP_DATA_PORT),
	};

	if (route.total_bytes > 0xffff)
		return BPF_FIB_LKUP_RET_FRAG_NEEDED;
	return fib_lookup(ctx, &route, fib);
}

/* The frame is left as it came when there is no way for it. `reason` is what a sent packet counts as. */
static __always_inline int tunnel_path(struct xdp_md *ctx, struct xtr_packet *packet, struct xtr_encap *encap,
				       enum xtr_reason reason)
{
	const struct xtr_moment *moment = &encap->moment;
	const __u32 ifindex = ctx->ingress_ifindex;
	const __u32 spread = packet->flow & (moment->epoch ? moment->spread : XTR_BUCKETS - 1);
	const __u8 dscp = packet->ip.tos >> 2;
	struct xtr_path *path = path_slot(moment, encap->choice.index, spread, ifindex, dscp);
	struct bpf_fib_lookup fib;
	__u32 version = 0;
	long route;
	int verdict;

	if (path)
		version = memory_begin(path);
	route = route_to_locator(ctx, packet, encap->choice.locator, spread, &fib);
	if (route == BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return drop(packet, XTR_REASON_TOO_BIG);
	if (route != BPF_FIB_LKUP_RET_SUCCESS && route != BPF_FIB_LKUP_RET_NO_NEIGH)
		return drop(packet, XTR_REASON_NO_ROUTE);

	if (!trim(ctx, &packet->ip) || !decrement_ip(ctx, &packet->ip))
		return drop(packet, XTR_REASON_INTERNAL);
	verdict = encapsulate(ctx, packet, encap);
	if (verdict != XTR_GO_ON)
		return verdict;
	count(&xtr_locator_counters, encap->choice.index, packet->ip.total_bytes);

	if (route == BPF_FIB_LKUP_RET_NO_NEIGH) {
		punt(ctx, packet, XTR_PUNT_NO_NEIGHBOUR);
		return drop(packet, XTR_REASON_NO_NEIGHBOUR);
	}
	if (!address_to(ctx, &fib))
		return drop(packet, XTR_REASON_INTERNAL);
	if (path)
		path_remember(path, moment, version, &encap->choice, spread, ifindex, dscp, &fib);
	return redirect(packet, fib.ifindex, reason);
}

#endif
