/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Decapsulation by a remembered decision. What a packet shows of its own is checked each time: headers, TTL, ECN. */
#ifndef XTR_LIB_DELIVERY_H
#define XTR_LIB_DELIVERY_H

#include "decap.h"
#include "ecn.h"
#include "fib.h"
#include "flow_hash.h"
#include "memory.h"

/* How a LISP data packet came, for the packets that come like it. */
struct xtr_arrival {
	struct xtr_moment moment;
	struct xtr_delivery *delivery; /* NULL: not to be remembered */
	__u32 version;
	union xtr_address rloc; /* outer destination */
	__u8 mac[8];		/* as in struct xtr_delivery */
};

static __always_inline __u8 delivery_kind(const struct xtr_packet *packet)
{
	return (packet->ip.family == 6 ? XTR_DELIVERY_IPV6 : 0) |
	       (packet->outer_family == 6 ? XTR_DELIVERY_OVER_IPV6 : 0);
}

static __always_inline bool same_address(const __u8 kept[16], const union xtr_address *address)
{
	const union xtr_address *other = (const union xtr_address *)kept;

	return other->half[0] == address->half[0] && other->half[1] == address->half[1];
}

/* Sets the arrival but for the MAC address. A packet whose hops are used up is not forwarded like one that has some. */
static __always_inline bool delivery_known(struct xdp_md *ctx, const struct xtr_packet *packet,
					   const struct xtr_outer *outer, struct xtr_arrival *arrival)
{
	const struct ethhdr *eth = packet_data(ctx);
	const struct xtr_delivery *delivery;
	__u32 at;

	arrival->rloc = outer->ip.destination;
	arrival->moment = memory_now();
	if (!arrival->moment.epoch)
		return false;
	at = memory_slot(&arrival->moment, hash_pair(&packet->ip));
	arrival->delivery = bpf_map_lookup_elem(&xtr_deliveries, &at);
	delivery = arrival->delivery;
	if (!delivery || (void *)(eth + 1) > packet_end(ctx))
		return false;
	arrival->version = *(const volatile __u32 *)&delivery->version;
	return delivery->epoch == arrival->moment.epoch &&
	       arrival->moment.now - delivery->decided < MEMORY_LIFE_JIFFIES &&
	       same_address(delivery->destination, &packet->ip.destination) &&
	       same_address(delivery->source, &packet->ip.source) && delivery->ifindex == ctx->ingress_ifindex &&
	       delivery->instance_id == packet->instance_id && delivery->dscp == outer->ip.tos >> 2 &&
	       delivery->protocol == packet->ip.protocol && delivery->kind == delivery_kind(packet) &&
	       packet->ip.total_bytes <= delivery->mtu && same_address(delivery->rloc, &outer->ip.destination) &&
	       *(const __u64 *)delivery->mac == mac_of(eth) && packet->ip.ttl > 1 && outer->ip.ttl > 1;
}

/* Before the lookups that follow when it is not. */
static __always_inline void delivery_begin(struct xtr_arrival *arrival)
{
	if (arrival->delivery)
		arrival->version = memory_begin(arrival->delivery);
}

/* The packet goes where the one before went. */
static __always_inline int delivery_path(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_outer *outer,
					 const struct xtr_arrival *arrival)
{
	const struct xtr_delivery *delivery = arrival->delivery;
	__u8 ttl = outer->ip.ttl < packet->ip.ttl ? outer->ip.ttl : packet->ip.ttl;
	int tos = tos_decapsulated(outer->ip.tos, packet->ip.tos);
	__u32 egress;
	void *at;

	if (tos < 0)
		return drop(packet, XTR_REASON_ECN_DROP);
	if (!strip(ctx, &packet->ip, outer->ip.header_bytes))
		return drop(packet, XTR_REASON_INTERNAL);
	at = packet_data(ctx);
	if (at + ETH_HLEN > packet_end(ctx))
		return drop(packet, XTR_REASON_INTERNAL);
	copy_ethernet(at, delivery->ethernet + KEPT_ETH_AT);
	egress = delivery->egress;
	memory_barrier();
	if (*(const volatile __u32 *)&delivery->version != arrival->version ||
	    !rewrite_ip(ctx, &packet->ip, tos, ttl - 1))
		return drop(packet, XTR_REASON_INTERNAL);
	return redirect(packet, egress, XTR_REASON_DECAPSULATED);
}

/* Before a decapsulated packet leaves, as it is then. */
static __always_inline void delivery_remember(struct xdp_md *ctx, const struct xtr_packet *packet,
					      const struct xtr_arrival *arrival, const struct bpf_fib_lookup *fib)
{
	struct xtr_delivery *delivery = arrival->delivery;
	const void *at = packet_data(ctx);

	if (!delivery || at + ETH_HLEN > packet_end(ctx))
		return;
	memory_open(delivery);
	delivery->ifindex = ctx->ingress_ifindex;
	delivery->instance_id = packet->instance_id;
	delivery->dscp = packet->ip.tos >> 2;
	delivery->protocol = packet->ip.protocol;
	delivery->kind = delivery_kind(packet);
	__builtin_memcpy(delivery->source, &packet->ip.source, sizeof(delivery->source));
	__builtin_memcpy(delivery->destination, &packet->ip.destination, sizeof(delivery->destination));
	delivery->decided = arrival->moment.now;
	delivery->egress = fib->ifindex;
	delivery->mtu = fib->mtu_result;
	__builtin_memcpy(delivery->rloc, &arrival->rloc, sizeof(delivery->rloc));
	__builtin_memcpy(delivery->mac, arrival->mac, sizeof(delivery->mac));
	copy_ethernet(delivery->ethernet + KEPT_ETH_AT, at);
	memory_close(delivery, arrival->version, arrival->moment.epoch);
}

#endif
