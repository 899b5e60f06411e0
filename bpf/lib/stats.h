/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Counting: every exit by its reason, encapsulated packets by mapping and by locator, punts by outcome.
 *
 * Counters are per CPU and added to without atomics. Packets do not interrupt each other on a CPU. Before Linux 6.11
 * they can interrupt a test run of the agent, which sends held packets on: what they counted between its read and its
 * write of the same counter is lost then. The token buckets of punt.h are per CPU likewise.
 */
#ifndef XTR_LIB_STATS_H
#define XTR_LIB_STATS_H

#include "../maps.h"
#include "packet.h"

static __always_inline void count(void *map, __u32 index, __u32 bytes)
{
	struct xtr_traffic *traffic = bpf_map_lookup_elem(map, &index);

	if (!traffic)
		return;
	traffic->packets++;
	traffic->bytes += bytes;
}

/* The one way out of the programs: each packet comes here once. frame_bytes: as received. */
static __always_inline int leave_bytes(__u32 frame_bytes, enum xtr_reason reason, int verdict)
{
	count(&xtr_counters, reason, frame_bytes);
	return verdict;
}

static __always_inline int leave(const struct xtr_packet *packet, enum xtr_reason reason, int verdict)
{
	return leave_bytes(packet->frame_bytes, reason, verdict);
}

static __always_inline int drop(const struct xtr_packet *packet, enum xtr_reason reason)
{
	return leave(packet, reason, XDP_DROP);
}

static __always_inline int pass(const struct xtr_packet *packet, enum xtr_reason reason)
{
	return leave(packet, reason, XDP_PASS);
}

#endif
