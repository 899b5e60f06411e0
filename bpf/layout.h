/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the programs and the agent share: keys, values and records of the maps. The TypeScript side is generated from
 * the BTF of the built objects; nothing here is written down twice. Addresses are in network byte order, all else in
 * host byte order unless the type says __be.
 */
#ifndef XTR_LAYOUT_H
#define XTR_LAYOUT_H

#include <linux/types.h>

#include "layout_index.h"
#include "layout_memory.h"

/* Enums, not macros, so that BTF carries them. */
enum xtr_constants {
	XTR_LAYOUT_VERSION = 5, /* changes whenever a struct below or a map in maps.h changes; part of the pin path */
	XTR_BUCKETS = 64,	/* flow buckets of a locator-set; a power of two */
	XTR_LOCATORS_MAX = 16,	/* locators of one locator-set */
	XTR_PUNT_BYTES = 2048,	/* at most so many bytes of a packet are punted */
	XTR_NONE = 0xffffffffU, /* no index */
};

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
	__u8 up;
	__u8 reserved;
};

/* Value of xtr_locator_sets. The agent spreads the usable locators of the best priority over the buckets by weight. */
struct xtr_locator_set {
	__u32 bucket[XTR_BUCKETS]; /* index into xtr_locators, or XTR_NONE: no usable locator */
	__u32 status_bits;	   /* bit n: ordinal n is up */
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

enum xtr_role {
	XTR_ROLE_EID = 1,
	XTR_ROLE_RLOC = 2,
};

/* Value of xtr_interfaces, by ifindex. */
struct xtr_interface {
	__u32 instance_id;
	__u32 roles;
	__u8 mac[6];
	__u8 reserved[2];
};

/* Key of xtr_local_rlocs. */
struct xtr_rloc {
	__u8 address[16]; /* IPv4 in the first four bytes, the rest zero */
	__u32 family;
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

enum xtr_punt_reason {
	XTR_PUNT_MAP_CACHE_MISS = 0,
	XTR_PUNT_EID_DETECTED = 1,
	XTR_PUNT_STALE = 2,
	XTR_PUNT_NO_NEIGHBOUR = 3,
	XTR_PUNT_REASONS = 4,
};

/* Limits of one punt reason, and the state of its token bucket on one CPU. */
struct xtr_punt_limit {
	__u32 rate_pps;	   /* tokens a second and CPU */
	__u32 burst;	   /* bucket size */
	__u32 interval_ms; /* one punt per EID (and outer source) in this time; 0: every packet */
	__u32 reserved;
};

struct xtr_token_bucket {
	__u64 tokens_ns; /* tokens left, as the nanoseconds it takes to earn them */
	__u64 last_ns;
};

/* Value of xtr_settings, one element. */
struct xtr_settings {
	struct xtr_punt_limit punt[XTR_PUNT_REASONS];
	__u32 flags;
	__u32 reserved;
};

/* Key of xtr_punt_times: what was punted lately, at which CLOCK_MONOTONIC time in nanoseconds. */
struct xtr_punted {
	__u32 reason;
	__u32 instance_id;
	__u8 eid[16];  /* eid-detected: source EID; all others: destination EID */
	__u8 rloc[16]; /* outer source, zero when the packet did not come encapsulated */
};

/*
 * Record of the ring buffer: this header, then captured_bytes of the frame from the Ethernet header on; what may follow
 * has no meaning. The frame is the one received (map-cache-miss, eid-detected), decapsulated (stale) or encapsulated
 * with MAC addresses of zero (no-neighbour; EIDs are then those of the inner header).
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
	__u32 reserved;
	__u8 source_eid[16];
	__u8 destination_eid[16];
	__u8 outer_source[16];
};

#endif
