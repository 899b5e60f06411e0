/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What is remembered of a delivery: fast_decap.h reads it, the slow way writes it. */
#ifndef XTR_LIB_DELIVERY_H
#define XTR_LIB_DELIVERY_H

#include "outer.h"
#include "flow_hash.h"
#include "memory.h"

/* How a LISP data packet came, for the packets that come like it. */
struct xtr_arrival {
	struct xtr_delivery *delivery; /* NULL: not to be remembered */
	__u32 version;
	__u32 epoch; /* before the first lookup */
	__u32 now;
	__u8 mac[8]; /* as in struct xtr_delivery */
};

static __always_inline __u8 delivery_kind(__u32 eid_family, __u32 rloc_family)
{
	return (eid_family == 6 ? XTR_DELIVERY_IPV6 : 0) | (rloc_family == 6 ? XTR_DELIVERY_OVER_IPV6 : 0);
}

static __always_inline bool same_address(const __u8 kept[16], const union xtr_address *address)
{
	const union xtr_address *other = (const union xtr_address *)kept;

	return other->half[0] == address->half[0] && other->half[1] == address->half[1];
}

/* Before the lookups of the slow way. Sets the arrival but for the MAC address. */
static __always_inline void delivery_begin(const struct xtr_packet *packet, struct xtr_arrival *arrival)
{
	const struct xtr_moment moment = memory_now();
	__u32 at = memory_slot(&moment, hash_pair(&packet->ip));

	arrival->epoch = moment.epoch;
	arrival->now = moment.now;
	if (moment.epoch)
		arrival->delivery = bpf_map_lookup_elem(&xtr_deliveries, &at);
	if (arrival->delivery)
		arrival->version = memory_begin(arrival->delivery);
}

/* Before a decapsulated packet leaves, as it is then. */
static __always_inline void delivery_remember(struct xdp_md *ctx, const struct xtr_packet *packet,
					      const union xtr_address *rloc, const struct xtr_arrival *arrival,
					      const struct bpf_fib_lookup *fib)
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
	delivery->kind = delivery_kind(packet->ip.family, packet->outer_family);
	__builtin_memcpy(delivery->source, &packet->ip.source, sizeof(delivery->source));
	__builtin_memcpy(delivery->destination, &packet->ip.destination, sizeof(delivery->destination));
	delivery->decided = arrival->now;
	delivery->egress = fib->ifindex;
	delivery->mtu = fib->mtu_result;
	__builtin_memcpy(delivery->rloc, rloc, sizeof(delivery->rloc));
	__builtin_memcpy(delivery->mac, arrival->mac, sizeof(delivery->mac));
	copy_ethernet(delivery->ethernet + KEPT_ETH_AT, at);
	memory_close(delivery, arrival->version, arrival->epoch);
}

#endif
