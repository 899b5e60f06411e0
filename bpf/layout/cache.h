/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: the caches of the fast path, which the programs alone write. */
#ifndef XTR_LAYOUT_CACHE_H
#define XTR_LAYOUT_CACHE_H

#include <linux/types.h>

/*
 * Value of xtr_caches, one element: epoch and sizes of the caches. Each CPU has its own part of each cache: CPU n has
 * elements n * size to (n + 1) * size - 1. Sizes are powers of two.
 */
struct xtr_caches {
	__u32 epoch; /* never 0; the agent increments it after each change of what decisions depend on */
	__u32 slots; /* size of xtr_next_hops and xtr_deliveries for each CPU; 0: nothing is cached */
	__u32
	    spread; /* mask of the flow hash: flows that differ in these bits may take different paths to one locator */
	__u32 counters; /* size of xtr_mapping_counters for each CPU; any number */
	__u32 flows;	/* size of xtr_flows_v4 and xtr_flows_v6 for each CPU */
	__u32 reserved;
};

/*
 * Value of xtr_flows_v4: interface, source and mapping of a pair of EIDs, as the indexes gave them for an earlier
 * packet. One cache line.
 */
struct xtr_flow {
	__u32 epoch;   /* valid while it is that of xtr_caches; 0: being written */
	__u32 ifindex; /* ingress */
	__u64 link;    /* key of struct xtr_link */
	__u32 version; /* counts writes that began */
	__u32 rival;   /* flow hash of a packet that found another pair here; the second in a row takes the slot */
	__u64 source;  /* the address, or its first half */
	__u64 destination;
	__u32 mapping; /* kind and target, as in a tag of the index */
	__u32 counter;
	__be64 lisp; /* the LISP header to send */
	__u64 reserved;
};

/* Value of xtr_flows_v6. Two cache lines. */
struct xtr_flow_v6 {
	struct xtr_flow flow;
	__u64 source_low;
	__u64 destination_low;
	__u8 reserved[48];
};

/*
 * Value of xtr_next_hops: next hop of a locator, as the kernel's routes and neighbours gave it when it was last asked.
 * One cache line; the RLOCs of IPv6 are in xtr_locators.
 */
struct xtr_next_hop {
	__u32 epoch; /* valid while it is that of xtr_caches; 0: being written */
	__u32 locator;
	__u32 ifindex;	       /* ingress */
	__u32 selector;	       /* what else it depends on: next_hop_selector() */
	__u32 decided_jiffies; /* routes and neighbours of the kernel change without an epoch */
	__u32 version;	       /* counts writes that began */
	__u32 egress;
	__u16 mtu;	   /* for the packet between EIDs; 65,535 when it is more */
	__u8 family;	   /* of the RLOCs */
	__u8 outer_ttl;	   /* of settings */
	__u8 ethernet[20]; /* two bytes that align it, then the header; there is room for a VLAN tag */
	__u32 header_sum;  /* of struct xtr_locator */
	__u8 rlocs_v4[8];  /* source, destination */
};

enum xtr_delivery_kind {
	XTR_DELIVERY_IPV6 = 1, /* of the EIDs */
	XTR_DELIVERY_OVER_IPV6 = 2,
};

/*
 * Value of xtr_deliveries: where a decapsulated packet went, for packets that are equal in all that the decision
 * depends on. Two cache lines; the first holds nearly all that a packet is compared with.
 */
struct xtr_delivery {
	__u32 epoch;
	__u32 ifindex; /* ingress */
	__u32 instance_id;
	__u8 dscp; /* of the decapsulated packet */
	__u8 protocol;
	__u8 kind; /* enum xtr_delivery_kind */
	__u8 reserved;
	__u8 source[16];
	__u8 destination[16];
	__u32 decided_jiffies;
	__u32 version;
	__u32 egress;
	__u32 mtu;
	__u8 rloc[16];	   /* outer destination */
	__u64 link;	   /* key of struct xtr_link */
	__u8 ethernet[20]; /* as in struct xtr_next_hop */
	__u8 reserved_line[20];
};

#endif
