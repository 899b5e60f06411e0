/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a packet between EIDs and a locator to the underlay; eid_path and re-encapsulation end here. */
#ifndef XTR_LIB_TUNNEL_PATH_H
#define XTR_LIB_TUNNEL_PATH_H

#include "cache/next_hop.h"
#include "ecn.h"
#include "encap.h"
#include "fib.h"
#include "interface.h"
#include "rewrite.h"

static __always_inline long route_to_locator(struct xdp_md *ctx, const struct xtr_packet *packet,
					     const struct xtr_locator *locator, __u32 spread,
					     struct bpf_fib_lookup *fib)
{
	struct xtr_route route = {
	    .source = (const union xtr_address *)locator->source,
	    .destination = (const union xtr_address *)locator->destination,
	    .origin = underlay_origin(ctx),
	    .family = locator->family,
	    .tos = packet->ip.tos & ~ECN_MASK,
	    .protocol = IPPROTO_UDP,
	    .source_port = spread_port(spread),
	    .destination_port = tunnel_port(XTR_FORMAT_LISP),
	};

	return fib_lookup(ctx, &route, fib);
}

/* The largest packet between EIDs that fits, by the route and by what is known of the path behind it. */
static __always_inline __u32 inner_mtu(const struct xtr_locator *locator, const struct bpf_fib_lookup *fib)
{
	const __u32 path = locator->path_mtu_bytes;
	const __u32 outer = path && path < fib->mtu_result ? path : fib->mtu_result;
	const __u32 overhead = encapsulation_bytes(XTR_FORMAT_LISP, locator->family);

	return outer > overhead ? outer - overhead : 0;
}

/*
 * bytes: length of the frame. XTR_UNRESOLVED and XTR_OVERSIZED: to be handed to answer(). The frame is left as it came
 * when there is no route for it, or it is too big. `reason` is what a sent packet counts as.
 */
static __always_inline int tunnel_path(struct xdp_md *ctx, __u32 bytes, struct xtr_packet *packet,
				       struct xtr_encap *encap, enum xtr_reason reason)
{
	const struct xtr_cache_snapshot *snapshot = &encap->snapshot;
	const __u32 spread = packet->flow & (snapshot->epoch ? snapshot->spread : XTR_BUCKETS - 1);
	const struct xtr_ingress ingress = {
	    .ifindex = ctx->ingress_ifindex,
	    .selector = next_hop_selector(packet->vlan, packet->ip.tos, spread),
	};
	struct xtr_next_hop *next_hop = next_hop_slot(snapshot, encap->choice.index, &ingress);
	struct bpf_fib_lookup fib;
	__u32 version = 0, mtu_bytes;
	long route;
	int verdict;

	if (next_hop)
		version = cache_reserve(&next_hop->version);
	route = route_to_locator(ctx, packet, encap->choice.locator, spread, &fib);
	if (route != BPF_FIB_LKUP_RET_SUCCESS && route != BPF_FIB_LKUP_RET_NO_NEIGH)
		return drop(packet, XTR_REASON_NO_ROUTE);
	mtu_bytes = inner_mtu(encap->choice.locator, &fib);
	if (packet->ip.total_bytes > mtu_bytes) {
		packet->mtu_bytes = mtu_bytes;
		return XTR_OVERSIZED;
	}

	if (!trim(ctx, bytes, packet->vlan, &packet->ip) || !decrement_ip(ctx, packet->vlan, &packet->ip))
		return drop(packet, XTR_REASON_INTERNAL);
	encap->outer_ttl = outer_ttl();
	verdict = encapsulate(ctx, packet, encap);
	if (verdict != XTR_GO_ON)
		return verdict;
	count(&xtr_locator_counters, encap->choice.index, packet->ip.total_bytes);

	if (route == BPF_FIB_LKUP_RET_NO_NEIGH)
		return XTR_UNRESOLVED;
	if (!write_macs(ctx, &fib))
		return drop(packet, XTR_REASON_INTERNAL);
	if (next_hop)
		next_hop_store(next_hop, snapshot, version, encap, &ingress, &fib, mtu_bytes);
	return redirect(packet, fib.ifindex, reason);
}

#endif
