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

/* Where a decision about this packet is, or will be. */
static __always_inline void flow_slot(struct xtr_slot *slot, const struct xtr_packet *packet)
{
	__u32 at = 0;
	const struct xtr_flow_cache *cache = bpf_map_lookup_elem(&xtr_flow_cache, &at);

	slot->flow = NULL;
	if (!cache || !cache->slots)
		return;
	slot->epoch = *(const volatile __u64 *)&cache->epoch;
	slot->now = bpf_jiffies64();
	at = (packet->pair + packet->flow % XTR_BUCKETS * 0x9e3779b1U) & (cache->slots - 1);
	at += bpf_get_smp_processor_id() * cache->slots;
	slot->flow = bpf_map_lookup_elem(&xtr_flows, &at);
	if (slot->flow)
		slot->version = *(const volatile __u32 *)&slot->flow->version;
}

static __always_inline __u8 flow_bucket(const struct xtr_packet *packet)
{
	return packet->flow % XTR_BUCKETS | (packet->ip.family == 6 ? XTR_BUCKETS : 0);
}

/* Whether the slot has the decision for this packet, and it is good. */
static __always_inline bool flow_known(const struct xtr_slot *slot, struct xdp_md *ctx, const struct xtr_packet *packet)
{
	const struct xtr_flow *flow = slot->flow;
	const struct ethhdr *eth = packet_data(ctx);
	const union xtr_address *source, *destination;

	if (!flow || (void *)(eth + 1) > packet_end(ctx))
		return false;
	source = (const union xtr_address *)flow->source;
	destination = (const union xtr_address *)flow->destination;
	return flow->epoch == slot->epoch && slot->now - flow->decided < FLOW_LIFE_JIFFIES &&
	       destination->half[0] == packet->ip.destination.half[0] &&
	       destination->half[1] == packet->ip.destination.half[1] &&
	       source->half[0] == packet->ip.source.half[0] && source->half[1] == packet->ip.source.half[1] &&
	       flow->ifindex == ctx->ingress_ifindex && *(const __u32 *)flow->mac == *(const __u32 *)eth->h_dest &&
	       *(const __u16 *)(flow->mac + 4) == *(const __u16 *)(eth->h_dest + 4) &&
	       flow->dscp == packet->ip.tos >> 2 && flow->bucket == flow_bucket(packet) &&
	       packet->ip.total_bytes <= flow->mtu;
}

/* Before the first lookup of a decision that is to be remembered. Atomic, so that no lookup comes before the epoch. */
static __always_inline void flow_begin(struct xtr_slot *slot)
{
	if (slot->flow)
		slot->version = __sync_fetch_and_add(&slot->flow->version, 1) + 1;
}

#endif
