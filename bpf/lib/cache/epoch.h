/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Caches of decisions: a packet that is like an earlier one needs no lookup in routes and neighbours (60 ns and more).
 *
 * A cached decision is valid for one epoch. The epoch is read before the first lookup of the decision, and the agent
 * increments it after its last write: a decision made before or during a change never has the epoch that follows.
 *
 * Each CPU has its own slots. Before Linux 6.11 packets can interrupt a test run of the agent (lib/stats.h); such a run
 * sees by `version` that its slot was written meanwhile.
 */
#ifndef XTR_LIB_CACHE_EPOCH_H
#define XTR_LIB_CACHE_EPOCH_H

#include "../../maps.h"
#include "../packet.h"

/* Lifetime of cached routes and neighbours: 25 to 250 ms, which depends on HZ. */
#define CACHE_LIFE_JIFFIES 25

/* On one CPU it is enough that the compiler keeps the order. */
#define compiler_barrier() asm volatile("" ::: "memory")

/* struct xtr_caches when the program began, for this CPU. */
struct xtr_cache_snapshot {
	__u32 epoch; /* 0: nothing is cached */
	__u32 now_jiffies;
	__u32 mask;	 /* of slots */
	__u32 first;	 /* slot of this CPU */
	__u32 flow_mask; /* likewise of flows */
	__u32 first_flow;
	__u32 spread;
	__u32 counters; /* first of this CPU in xtr_mapping_counters */
};

static __always_inline struct xtr_cache_snapshot cache_snapshot(void)
{
	__u32 cpu, zero = 0;
	const struct xtr_caches *caches = bpf_map_lookup_elem(&xtr_caches, &zero);
	struct xtr_cache_snapshot snapshot = {};

	if (!caches)
		return snapshot;
	cpu = bpf_get_smp_processor_id();
	snapshot.counters = cpu * caches->counters;
	if (!caches->slots)
		return snapshot;
	snapshot.epoch = *(const volatile __u32 *)&caches->epoch;
	snapshot.now_jiffies = bpf_jiffies64();
	snapshot.mask = caches->slots - 1;
	snapshot.first = cpu * caches->slots;
	snapshot.spread = caches->spread;
	snapshot.flow_mask = caches->flows - 1;
	snapshot.first_flow = cpu * caches->flows;
	return snapshot;
}

/* The epoch by now; 0: nothing is cached any more. */
static __always_inline __u32 cache_epoch(void)
{
	__u32 zero = 0;
	const struct xtr_caches *caches = bpf_map_lookup_elem(&xtr_caches, &zero);

	return caches ? *(const volatile __u32 *)&caches->epoch : 0;
}

static __always_inline __u32 cache_slot(const struct xtr_cache_snapshot *snapshot, __u32 hash)
{
	return snapshot->first + (hash & snapshot->mask);
}

/* Of a slot, before and after its content is read: it was not written between two equal versions. */
static __always_inline __u32 cache_version(const __u32 *version)
{
	return *(const volatile __u32 *)version;
}

/*
 * Before the first lookup of a decision. Atomic, so that no lookup comes before the epoch. Returns the version to give
 * to cache_commit().
 */
static __always_inline __u32 cache_reserve(__u32 *version)
{
	return __sync_fetch_and_add(version, 1) + 1;
}

/* The slot is written between cache_invalidate() and cache_commit(). */
static __always_inline void cache_invalidate(__u32 *epoch)
{
	*(volatile __u32 *)epoch = 0;
	compiler_barrier();
}

/* Makes the slot valid for the epoch of the decision, unless it was reserved again meanwhile. */
static __always_inline void cache_commit(__u32 *epoch, __u32 decided, const __u32 *version, __u32 reserved)
{
	compiler_barrier();
	if (cache_version(version) == reserved)
		*(volatile __u32 *)epoch = decided;
}

/* Two bytes in front of a cached Ethernet header, so that it is copied in words. */
#define CACHED_ETHERNET_AT 2

/* In words: compilers copy byte by byte what they do not know to be aligned. Without a VLAN tag. */
static __always_inline void copy_ethernet(void *to, const void *from)
{
	*(__u16 *)to = *(const __u16 *)from;
	*(__u32 *)(to + 2) = *(const __u32 *)(from + 2);
	*(__u64 *)(to + 6) = *(const __u64 *)(from + 6);
}

#endif
