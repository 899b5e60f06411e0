/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the programs remember of the kernel's routes and neighbours: a packet that takes the way of one before needs no
 * lookup in them (60 ns and more).
 *
 * A decision is good for one epoch. The epoch is read before the first lookup that the decision rests on, and the agent
 * counts it up behind its last write: what was looked up before a change or during it never has the epoch that follows.
 *
 * The slots of a CPU are its own. Before Linux 6.11 packets may interrupt a test run of the agent, though; by `version`
 * it sees that its slot was written meanwhile.
 */
#ifndef XTR_LIB_MEMORY_H
#define XTR_LIB_MEMORY_H

#include "../maps.h"
#include "packet.h"

/* The kernel is asked for route and neighbour again after so long: 25 to 250 ms, which depends on HZ. */
#define MEMORY_LIFE_JIFFIES 25

/* On one CPU it is enough that the compiler keeps the order. */
#define memory_barrier() asm volatile("" ::: "memory")

/* As it was when the program began, or nothing is remembered. */
struct xtr_moment {
	__u32 epoch; /* 0: nothing is remembered */
	__u32 now;
	__u32 mask;	 /* of slots */
	__u32 first;	 /* slot of this CPU */
	__u32 flow_mask; /* likewise of flows */
	__u32 first_flow;
	__u32 spread;
	__u32 counters; /* first of this CPU in xtr_mapping_counters */
};

static __always_inline struct xtr_moment memory_now(void)
{
	__u32 cpu, zero = 0;
	const struct xtr_memory *memory = bpf_map_lookup_elem(&xtr_memory, &zero);
	struct xtr_moment moment = {};

	if (!memory)
		return moment;
	cpu = bpf_get_smp_processor_id();
	moment.counters = cpu * memory->counters;
	if (!memory->slots)
		return moment;
	moment.epoch = *(const volatile __u32 *)&memory->epoch;
	moment.now = bpf_jiffies64();
	moment.mask = memory->slots - 1;
	moment.first = cpu * memory->slots;
	moment.spread = memory->spread;
	moment.flow_mask = memory->flows - 1;
	moment.first_flow = cpu * memory->flows;
	return moment;
}

/* As it is by now; 0: nothing is remembered any more. */
static __always_inline __u32 memory_epoch(void)
{
	__u32 zero = 0;
	const struct xtr_memory *memory = bpf_map_lookup_elem(&xtr_memory, &zero);

	return memory ? *(const volatile __u32 *)&memory->epoch : 0;
}

static __always_inline __u32 memory_slot(const struct xtr_moment *moment, __u32 hash)
{
	return moment->first + (hash & moment->mask);
}

/* Before the first lookup of a decision. Atomic, so that no lookup comes before the epoch. Returns its version. */
#define memory_begin(slot) (__sync_fetch_and_add(&(slot)->version, 1) + 1)

/* Between these two the decision is written. */
#define memory_open(slot)                                                                                              \
	({                                                                                                             \
		*(volatile __u32 *)&(slot)->epoch = 0;                                                                 \
		memory_barrier();                                                                                      \
	})

#define memory_close(slot, version_, epoch_)                                                                           \
	({                                                                                                             \
		memory_barrier();                                                                                      \
		if (*(volatile __u32 *)&(slot)->version == (version_))                                                 \
			*(volatile __u32 *)&(slot)->epoch = (epoch_);                                                  \
	})

/* Two bytes in front of an Ethernet header that is kept, so that it is copied in words. */
#define KEPT_ETH_AT 2

/* In words: compilers copy byte by byte what they do not know to be aligned. */
static __always_inline void copy_ethernet(void *to, const void *from)
{
	*(__u16 *)to = *(const __u16 *)from;
	*(__u32 *)(to + 2) = *(const __u32 *)(from + 2);
	*(__u64 *)(to + 6) = *(const __u64 *)(from + 6);
}

/* To which the frame came, as struct xtr_flow and struct xtr_delivery keep it. */
static __always_inline __u64 mac_of(const void *eth)
{
	__u64 last = *(const __u16 *)(eth + 4);

	return *(const __u32 *)eth | last << 32;
}

#endif
