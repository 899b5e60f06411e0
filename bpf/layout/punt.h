/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: punted packets: reasons, outcomes, records. */
#ifndef XTR_LAYOUT_PUNT_H
#define XTR_LAYOUT_PUNT_H

#include <linux/types.h>

enum xtr_punt_reason {
	XTR_PUNT_MAP_CACHE_MISS = 0,
	XTR_PUNT_EID_DETECTED = 1,
	XTR_PUNT_STALE = 2,
	XTR_PUNT_NO_NEIGHBOUR = 3,
	XTR_PUNT_TOO_BIG = 4,	  /* to be answered: Fragmentation Needed, Packet Too Big */
	XTR_PUNT_FRAGMENT = 5,	  /* too big as well, but it may be fragmented: IPv4 without DF */
	XTR_PUNT_TTL_EXPIRED = 6, /* to be answered: Time Exceeded */
	XTR_PUNT_CORE_ICMP = 7,	  /* an ICMP error from the core to one of our RLOCs, which the kernel gets, too */
	XTR_PUNT_REASONS = 8,
};

/* What became of a punt, counted in xtr_punt_counters beside the one reason by which its packet leaves. */
enum xtr_punt_outcome {
	XTR_PUNT_OUTCOME_PUNTED = 0,
	XTR_PUNT_OUTCOME_SUPPRESSED, /* same EID within the interval */
	XTR_PUNT_OUTCOME_RATE_LIMITED,
	XTR_PUNT_OUTCOME_RING_FULL,
	XTR_PUNT_OUTCOME_INTERNAL, /* a map lookup that cannot fail did */
	XTR_PUNT_OUTCOMES,
};

/* State of the token bucket of a punt reason on one CPU. */
struct xtr_token_bucket {
	__u64 tokens_ns; /* tokens left, as the nanoseconds it takes to earn them */
	__u64 last_ns;
};

/* Key of xtr_punt_times: what was punted lately, at which CLOCK_MONOTONIC time in nanoseconds. */
struct xtr_punted {
	__u32 reason;
	__u32 instance_id;
	__u8 eid[16];  /* eid-detected: source EID; all others: destination EID */
	__u8 peer[16]; /* what is answered: source EID; others: outer source, zero of what came not encapsulated */
};

/*
 * Record of the ring buffer: this header, then captured_bytes of the frame from the Ethernet header on; what may follow
 * has no meaning. The frame is the one received (map-cache-miss, eid-detected, core-icmp), decapsulated (stale,
 * ttl-expired) or encapsulated with MAC addresses of zero (no-neighbour; EIDs are then those of the inner header). Of
 * too-big and fragment it is the one received, or decapsulated where it came encapsulated.
 */
struct xtr_punt {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 reason;  /* enum xtr_punt_reason */
	__u32 ifindex;
	__u32 instance_id;
	__u32 packet_bytes; /* length of the frame; more than captured_bytes when it was cut */
	__u32 captured_bytes;
	__u32 eid_family;  /* 4 or 6 */
	__u32 rloc_family; /* 4, 6, or 0 when the packet did not come encapsulated */
	__u32 mtu_bytes;   /* too-big, fragment: the largest IP packet between EIDs that fits; 0 otherwise */
	__u8 source_eid[16];
	__u8 destination_eid[16];
	__u8 outer_source[16];
};

#endif
