/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: what the agent has learnt and adopts after a restart: tries, locator-sets, locators, counters. */
#ifndef XTR_LAYOUT_STATE_H
#define XTR_LAYOUT_STATE_H

#include <linux/types.h>

#include "constants.h"

/* LPM key. prefix_len counts the 32 bits of the instance ID too. */
struct xtr_eid_v4 {
	__u32 prefix_len;
	__be32 instance_id;
	__u8 address[4];
};

struct xtr_eid_v6 {
	__u32 prefix_len;
	__be32 instance_id;
	__u8 address[16];
};

enum xtr_action {
	XTR_ACTION_ENCAPSULATE = 1,
	XTR_ACTION_DROP = 2,
	XTR_ACTION_FORWARD_NATIVE = 3,
	XTR_ACTION_SEND_MAP_REQUEST = 4,
	XTR_ACTION_LOCAL = 5, /* behind this router: the kernel routes it */
};

/* Value of xtr_map_cache_v4 and _v6. */
struct xtr_mapping {
	__u32 action;	   /* enum xtr_action */
	__u32 locator_set; /* index into xtr_locator_sets, or XTR_NONE */
	__u32 counter;	   /* index into xtr_mapping_counters */
	__u32 reserved;
	__u64 expires_at_ms; /* CLOCK_MONOTONIC, 0 for never; for the agent alone */
};

/* One locator of a locator-set, in the order of the record (its ordinal is its locator status bit). */
struct xtr_member {
	__u32 locator; /* index into xtr_locators */
	__u8 priority;
	__u8 weight;
	__u8 usable; /* 1: the mapping lets packets use it; whether its RLOC is up is in status_bits */
	__u8 reserved;
};

/* Value of xtr_locator_sets. The agent spreads the usable locators of the best priority over the buckets by weight. */
struct xtr_locator_set {
	__u32 bucket[XTR_BUCKETS]; /* index into xtr_locators, or XTR_NONE: no usable locator */
	__u32 status_bits;	   /* bit n: member n is usable, and its RLOC is up */
	__u32 member_count;
	struct xtr_member member[XTR_LOCATORS_MAX];
};

/*
 * Value of xtr_locators: one (source RLOC, destination RLOC) and the constant part of its outer header.
 *
 * header_sum, IPv4 only: the sum, not folded, of the ten 16-bit words of the outer header read as big-endian numbers,
 * with type of service, total length, time to live and checksum taken as zero. That is
 *   0x4500 (version, header length) + 0x0000 (ID) + 0x4000 (DF) + 0x0011 (UDP) = 0x8511
 *   + the two words of the source + the two words of the destination.
 * 0 for IPv6, which has no header checksum.
 */
struct xtr_locator {
	__u8 source[16]; /* IPv4 in the first four bytes, the rest zero */
	__u8 destination[16];
	__u32 family; /* 4 or 6 */
	__u32 header_sum;
	__u32 path_mtu_bytes; /* of outer packets on the way, where it is known to be smaller than the link's; or 0 */
	__u32 reserved;
};

enum xtr_eid_kind {
	XTR_EID_LOCAL = 1,
	XTR_EID_DYNAMIC = 2, /* a dynamic-EID prefix: what is in it and not local is stale or yet to be detected */
	XTR_EID_AWAY = 3,    /* was local; stale packets go to locator_set if that is known */
};

enum xtr_eid_flag {
	XTR_EID_FLAG_LEARNT = 1,      /* a dynamic EID that was detected, not configured */
	XTR_EID_FLAG_STATUS_BITS = 2, /* send status_bits as LSBs with packets from this EID */
};

/* Value of xtr_eid_db_v4 and _v6. */
struct xtr_local_eid {
	__u32 kind; /* enum xtr_eid_kind */
	__u32 ifindex;
	__u32 locator_set; /* away: where to, or XTR_NONE */
	__u32 flags;
	__u32 status_bits;
};

/*
 * Value of every counter map; in xtr_mapping_counters CPU n has the n-th part. Bytes of xtr_counters are those of the
 * frame as it came, Ethernet header included; bytes of xtr_mapping_counters and xtr_locator_counters are those of the
 * inner IP packets.
 */
struct xtr_traffic {
	__u64 packets;
	__u64 bytes;
};

#endif
