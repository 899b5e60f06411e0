/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A decapsulated packet to a local EID: routed like any other, within its instance. */
#ifndef XTR_LIB_DELIVER_H
#define XTR_LIB_DELIVER_H

#include "cache/delivery.h"
#include "ecn.h"
#include "fib.h"
#include "interface.h"
#include "rewrite.h"

/* The route leads to EIDs of the same instance (9300-8-01). */
static __always_inline bool same_instance(const struct xtr_packet *packet, __u32 egress)
{
	const struct xtr_interface *interface = interface_of(egress, VLAN_UNTAGGED);

	return interface && interface->roles & XTR_ROLE_EID && interface->instance_id == packet->instance_id;
}

/*
 * XTR_OVERSIZED and XTR_EXPIRED are for answer(). A global function, so that its stack is its own and verifiers go
 * through it once; arrival is never NULL.
 */
__noinline int deliver(struct xdp_md *ctx, struct xtr_arrival *arrival)
{
	struct xtr_packet *packet = &arrival->packet;
	struct bpf_fib_lookup fib;
	struct xtr_route route;
	long result;

	if (!arrival)
		return XDP_ABORTED;
	route = (struct xtr_route){
	    .source = &packet->ip.source,
	    .destination = &packet->ip.destination,
	    .origin = instance_origin(ctx, packet->instance_id),
	    .family = packet->ip.family,
	    .tos = packet->ip.tos & ~ECN_MASK,
	    .protocol = packet->ip.protocol,
	};
	result = fib_lookup(ctx, &route, &fib);
	switch (result) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		break;
	case BPF_FIB_LKUP_RET_NOT_FWDED:
		/* An EID of the router itself (RFC 9300 4), or no route: the kernel takes it or answers. */
		return pass(packet, XTR_REASON_DECAPSULATED_TO_KERNEL);
	default:
		return drop(packet, XTR_REASON_NO_ROUTE);
	}
	if (!same_instance(packet, fib.ifindex))
		return drop(packet, XTR_REASON_WRONG_INSTANCE);
	if (packet->ip.ttl <= 1)
		return XTR_EXPIRED;
	if (packet->ip.total_bytes > fib.mtu_result) {
		packet->mtu_bytes = fib.mtu_result;
		return XTR_OVERSIZED;
	}
	/* The kernel resolves the neighbour; it counts the hop itself. */
	if (result == BPF_FIB_LKUP_RET_NO_NEIGH)
		return pass(packet, XTR_REASON_DECAPSULATED_TO_KERNEL);
	if (!decrement_ip(ctx, packet->vlan, &packet->ip) || !write_macs(ctx, &fib))
		return drop(packet, XTR_REASON_INTERNAL);
	delivery_store(ctx, arrival, &fib);
	return redirect(packet, fib.ifindex, XTR_REASON_DECAPSULATED);
}

#endif
