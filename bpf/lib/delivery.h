/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Decapsulation by a remembered decision. What a packet shows of its own is checked each time: headers, TTL, ECN. */
#ifndef XTR_LIB_DELIVERY_H
#define XTR_LIB_DELIVERY_H

#include "decap.h"
#include "ecn.h"
#include "fib.h"
#include "flow_cache.h"

/* How a LISP data packet came, for the packets that come like it. */
struct xtr_arrival {
	struct xtr_slot slot;
	union xtr_address rloc; /* outer destination */
	__u8 mac[ETH_ALEN];
};

static __always_inline __u8 decapsulated_kind(const struct xtr_packet *packet)
{
	return XTR_FLOW_DECAPSULATED | (packet->ip.family == 6 ? XTR_FLOW_IPV6 : 0);
}

/* Sets slot and rloc of the arrival. A packet whose hops are used up is not forwarded like one that has some left. */
static __always_inline bool delivery_known(struct xdp_md *ctx, const struct xtr_packet *packet,
					   const struct xtr_outer *outer, struct xtr_arrival *arrival)
{
	const union xtr_address *rloc;
	const struct xtr_flow *flow;

	arrival->rloc = outer->ip.destination;
	flow_slot(&arrival->slot, packet->pair);
	if (!flow_known(&arrival->slot, ctx, &packet->ip, outer->ip.tos, decapsulated_kind(packet)))
		return false;
	flow = arrival->slot.flow;
	rloc = (const union xtr_address *)flow->rloc;
	return rloc->half[0] == outer->ip.destination.half[0] && rloc->half[1] == outer->ip.destination.half[1] &&
	       flow->family == outer->ip.family && flow->instance_id == packet->instance_id &&
	       flow->protocol == packet->ip.protocol && packet->ip.ttl > 1 && outer->ip.ttl > 1;
}

/* The packet goes where the one before went. */
static __always_inline int delivery_path(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_outer *outer,
					 const struct xtr_arrival *arrival)
{
	const struct xtr_flow *flow = arrival->slot.flow;
	__u8 ttl = outer->ip.ttl < packet->ip.ttl ? outer->ip.ttl : packet->ip.ttl;
	int tos = tos_decapsulated(outer->ip.tos, packet->ip.tos);
	void *at;

	if (tos < 0)
		return drop(packet, XTR_REASON_ECN_DROP);
	if (!strip(ctx, &packet->ip, outer->ip.header_bytes))
		return drop(packet, XTR_REASON_INTERNAL);
	at = packet_data(ctx);
	if (at + ETH_HLEN > packet_end(ctx))
		return drop(packet, XTR_REASON_INTERNAL);
	copy_ethernet(at, flow->header + FLOW_ETH_AT);
	if (!rewrite_ip(ctx, &packet->ip, tos, ttl - 1) || !flow_unchanged(&arrival->slot))
		return drop(packet, XTR_REASON_INTERNAL);
	return redirect(packet, flow->egress, XTR_REASON_DECAPSULATED);
}

/* Before a decapsulated packet leaves, as it is then. */
static __always_inline void delivery_remember(struct xdp_md *ctx, const struct xtr_packet *packet,
					      const struct xtr_arrival *arrival, const struct bpf_fib_lookup *fib)
{
	struct xtr_flow *flow = arrival->slot.flow;
	const void *at = packet_data(ctx);

	if (!flow || at + ETH_HLEN > packet_end(ctx))
		return;
	flow_open(&arrival->slot, ctx, &packet->ip, decapsulated_kind(packet), arrival->mac);
	__builtin_memcpy(flow->rloc, &arrival->rloc, sizeof(flow->rloc));
	flow->family = packet->outer_family;
	flow->instance_id = packet->instance_id;
	flow->protocol = packet->ip.protocol;
	flow->egress = fib->ifindex;
	flow->mtu = fib->mtu_result;
	copy_ethernet(flow->header + FLOW_ETH_AT, at);
	flow_close(&arrival->slot);
}

#endif
