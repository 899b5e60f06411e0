/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The cache of deliveries of decapsulated packets: fast/decap.h reads it, deliver.h writes it. */
#ifndef XTR_LIB_CACHE_DELIVERY_H
#define XTR_LIB_CACHE_DELIVERY_H

#include "../flow_hash.h"
#include "epoch.h"

/* A LISP data packet on the slow path, and the slot of its delivery. Global functions hand it on. */
struct xtr_arrival {
	struct xtr_packet packet;
	union xtr_address rloc; /* outer destination */
	__u64 link;		/* key of struct xtr_link */
	__u32 slot;		/* of xtr_deliveries */
	__u32 version;
	__u32 epoch; /* before the first lookup; 0: nothing is cached */
	__u32 now_jiffies;
	__u32 locator_set; /* of an EID that is away, or XTR_NONE */
	__u32 reserved;
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

/* Before the lookups of the slow path. */
static __always_inline void delivery_reserve(struct xtr_arrival *arrival)
{
	const struct xtr_cache_snapshot snapshot = cache_snapshot();
	struct xtr_delivery *delivery;
	__u32 slot = cache_slot(&snapshot, hash_pair(&arrival->packet.ip));

	arrival->epoch = snapshot.epoch;
	arrival->now_jiffies = snapshot.now_jiffies;
	arrival->slot = slot;
	delivery = bpf_map_lookup_elem(&xtr_deliveries, &slot);
	if (delivery && snapshot.epoch)
		arrival->version = cache_reserve(&delivery->version);
}

/* Before a decapsulated packet leaves; the frame is as it leaves. */
static __always_inline void delivery_store(struct xdp_md *ctx, const struct xtr_arrival *arrival,
					   const struct bpf_fib_lookup *fib)
{
	const struct xtr_packet *packet = &arrival->packet;
	const void *at = packet_data(ctx);
	__u32 slot = arrival->slot;
	struct xtr_delivery *delivery = bpf_map_lookup_elem(&xtr_deliveries, &slot);

	if (!delivery || !arrival->epoch || at + link_bytes(VLAN_UNTAGGED) > packet_end(ctx))
		return;
	cache_invalidate(&delivery->epoch);
	delivery->ifindex = ctx->ingress_ifindex;
	delivery->instance_id = packet->instance_id;
	delivery->dscp = packet->ip.tos >> 2;
	delivery->protocol = packet->ip.protocol;
	delivery->kind = delivery_kind(packet->ip.family, packet->outer_family);
	__builtin_memcpy(delivery->source, &packet->ip.source, sizeof(delivery->source));
	__builtin_memcpy(delivery->destination, &packet->ip.destination, sizeof(delivery->destination));
	delivery->decided_jiffies = arrival->now_jiffies;
	delivery->egress = fib->ifindex;
	delivery->mtu = fib->mtu_result;
	__builtin_memcpy(delivery->rloc, &arrival->rloc, sizeof(delivery->rloc));
	delivery->link = arrival->link;
	copy_ethernet(delivery->ethernet + CACHED_ETHERNET_AT, at);
	cache_commit(&delivery->epoch, arrival->epoch, &delivery->version, arrival->version);
}

#endif
