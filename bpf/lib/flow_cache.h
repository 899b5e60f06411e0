/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Decisions remembered: a packet like one that was encapsulated a moment ago needs no lookup in any table, of ours or
 * the kernel's. Interface, source EID, mapping, locator, route and neighbour are those of the packet before.
 *
 * A decision is good for one epoch. The epoch is read before the first lookup that the decision rests on, and the agent
 * counts it up behind its last write: what was looked up before a change or during it never has the epoch that follows.
 *
 * The slots of a CPU are its own. Before Linux 6.11 packets may interrupt a test run of the agent, though; by `version`
 * it sees that its slot was written meanwhile.
 */
#ifndef XTR_LIB_FLOW_CACHE_H
#define XTR_LIB_FLOW_CACHE_H

#include "../maps.h"
#include "packet.h"

/* The kernel is asked for route and neighbour again after so long: 25 to 250 ms, which depends on HZ. */
#define FLOW_LIFE_JIFFIES 25

/* On one CPU it is enough that the compiler keeps the order. */
#define flow_barrier() asm volatile("" ::: "memory")

struct xtr_slot {
	struct xtr_flow *flow; /* NULL: nothing is remembered */
	__u64 epoch;
	__u64 now;
	__u32 version;
};

/* Where the decision about a packet is, or will be. */
static __always_inline void flow_slot(struct xtr_slot *slot, __u32 hash)
{
	__u32 at = 0;
	const struct xtr_flow_cache *cache = bpf_map_lookup_elem(&xtr_flow_cache, &at);

	slot->flow = NULL;
	if (!cache || !cache->slots)
		return;
	slot->epoch = *(const volatile __u64 *)&cache->epoch;
	slot->now = bpf_jiffies64();
	at = (hash & (cache->slots - 1)) + bpf_get_smp_processor_id() * cache->slots;
	slot->flow = bpf_map_lookup_elem(&xtr_flows, &at);
	if (slot->flow)
		slot->version = *(const volatile __u32 *)&slot->flow->version;
}

/* Whether the decision in the slot is good, and about a packet with these addresses, in such a frame. */
static __always_inline bool flow_known(const struct xtr_slot *slot, struct xdp_md *ctx, const struct xtr_ip *ip,
				       __u8 tos, __u8 kind)
{
	const struct xtr_flow *flow = slot->flow;
	const struct ethhdr *eth = packet_data(ctx);
	const union xtr_address *source, *destination;

	if (!flow || (void *)(eth + 1) > packet_end(ctx))
		return false;
	source = (const union xtr_address *)flow->source;
	destination = (const union xtr_address *)flow->destination;
	return flow->epoch == slot->epoch && slot->now - flow->decided < FLOW_LIFE_JIFFIES &&
	       destination->half[0] == ip->destination.half[0] && destination->half[1] == ip->destination.half[1] &&
	       source->half[0] == ip->source.half[0] && source->half[1] == ip->source.half[1] &&
	       flow->ifindex == ctx->ingress_ifindex && *(const __u32 *)flow->mac == *(const __u32 *)eth->h_dest &&
	       *(const __u16 *)(flow->mac + 4) == *(const __u16 *)(eth->h_dest + 4) && flow->dscp == tos >> 2 &&
	       flow->kind == kind && ip->total_bytes <= flow->mtu;
}

/* Before the first lookup of a decision that is to be remembered. Atomic, so that no lookup comes before the epoch. */
static __always_inline void flow_begin(struct xtr_slot *slot)
{
	if (slot->flow)
		slot->version = __sync_fetch_and_add(&slot->flow->version, 1) + 1;
}

/* Between these two the decision is written, what is in flow_known by the first. */
static __always_inline void flow_open(const struct xtr_slot *slot, struct xdp_md *ctx, const struct xtr_ip *ip,
				      __u8 kind, const __u8 mac[ETH_ALEN])
{
	struct xtr_flow *flow = slot->flow;

	flow->epoch = 0;
	flow_barrier();
	flow->decided = slot->now;
	__builtin_memcpy(flow->source, &ip->source, sizeof(flow->source));
	__builtin_memcpy(flow->destination, &ip->destination, sizeof(flow->destination));
	flow->ifindex = ctx->ingress_ifindex;
	__builtin_memcpy(flow->mac, mac, sizeof(flow->mac));
	flow->dscp = ip->tos >> 2;
	flow->kind = kind;
}

static __always_inline void flow_close(const struct xtr_slot *slot)
{
	flow_barrier();
	if (*(volatile __u32 *)&slot->flow->version == slot->version)
		*(volatile __u64 *)&slot->flow->epoch = slot->epoch;
}

/* After the last use of a decision: it was one and the same all the while. */
static __always_inline bool flow_unchanged(const struct xtr_slot *slot)
{
	flow_barrier();
	return *(const volatile __u32 *)&slot->flow->version == slot->version;
}

/* Two bytes in front of the headers that are kept, so that IP lies on eight bytes, as it does in packets. */
#define FLOW_ETH_AT 2
#define FLOW_IP_AT  (FLOW_ETH_AT + ETH_HLEN)

/* In words: compilers copy byte by byte what they do not know to be aligned. */
static __always_inline void copy_ethernet(void *to, const void *from)
{
	*(__u16 *)to = *(const __u16 *)from;
	*(__u32 *)(to + 2) = *(const __u32 *)(from + 2);
	*(__u64 *)(to + 6) = *(const __u64 *)(from + 6);
}

#endif
