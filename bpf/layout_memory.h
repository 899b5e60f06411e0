/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: what the programs remember, which they alone write. */
#ifndef XTR_LAYOUT_MEMORY_H
#define XTR_LAYOUT_MEMORY_H

#include <linux/types.h>

/* Value of xtr_memory, one element: what the programs may remember, and until when. */
struct xtr_memory {
	__u32 epoch;  /* never 0; the agent counts it up behind changes of what decisions were made from */
	__u32 slots;  /* of each CPU in xtr_paths and in xtr_deliveries; a power of two, or 0: nothing is remembered */
	__u32 spread; /* a mask of the flow hash: flows that differ in it may take different paths to one locator */
	__u32 counters; /* of each CPU in xtr_mapping_counters */
	__u32 flows;	/* of each CPU in xtr_flows_v4 and in xtr_flows_v6; as slots */
	__u32 reserved;
};

/*
 * Value of xtr_flows_v4: interface, source and mapping of a pair of EIDs, as they were found for a packet before.
 * Written by the programs alone. CPU n has elements n * flows to (n + 1) * flows - 1, and nobody else touches them. One
 * cache line: what is remembered is to stay in caches beside the packets.
 */
struct xtr_flow {
	__u32 epoch;   /* as it was before the decision: void when there is another one now. 0: being written */
	__u32 ifindex; /* ingress */
	__u8 mac[8];   /* to which the frame came, and two bytes of zero */
	__u32 version; /* counts decisions begun */
	__u32 rival;   /* flow hash of a packet that found another pair here; the second in a row takes the place */
	__u64 source;  /* the address, or its first half */
	__u64 destination;
	__u32 mapping; /* kind and target, as in a tag of the index */
	__u32 counter;
	__be64 lisp; /* the LISP header to send */
};

/* Value of xtr_flows_v6. */
struct xtr_flow_v6 {
	struct xtr_flow flow;
	__u64 source_low;
	__u64 destination_low;
	__u8 reserved[48];
};

/*
 * Value of xtr_paths: the way to a locator as the kernel's routes and neighbours were when it was last asked. Written
 * by the programs alone, for each CPU as xtr_flows_v4. One cache line; the RLOCs of IPv6 are in xtr_locators.
 */
struct xtr_path {
	__u32 epoch; /* as it was before the decision: void when there is another one now. 0: being written */
	__u32 locator;
	__u32 ifindex; /* ingress */
	__u8 dscp;     /* policy routing may look at it */
	__u8 spread;   /* flow hash under the mask */
	__u8 reserved[2];
	__u32 decided; /* in jiffies: routes and neighbours of the kernel change without an epoch */
	__u32 version; /* counts decisions begun */
	__u32 egress;
	__u32 mtu;	   /* for the packet between EIDs */
	__u32 family;	   /* of the RLOCs */
	__u32 header_sum;  /* of struct xtr_locator */
	__u8 rlocs_v4[8];  /* source, destination */
	__u8 ethernet[16]; /* two bytes that align it, then the header */
};

enum xtr_delivery_kind {
	XTR_DELIVERY_IPV6 = 1, /* of the EIDs */
	XTR_DELIVERY_OVER_IPV6 = 2,
};

/* Value of xtr_deliveries: how a decapsulated packet went on, for those that are like it in all that decides. */
struct xtr_delivery {
	__u32 epoch;
	__u32 ifindex;
	__u32 instance_id;
	__u8 dscp; /* to be forwarded with */
	__u8 protocol;
	__u8 kind;
	__u8 reserved;
	__u8 source[16];
	__u8 destination[16];
	__u32 decided;
	__u32 version;
	__u32 egress;
	__u32 mtu;
	/* so far what every packet is compared with: one cache line */
	__u8 rloc[16];	   /* outer destination */
	__u8 mac[8];	   /* to which the frame came, and two bytes of zero */
	__u8 ethernet[16]; /* as in struct xtr_path */
	__u8 reserved_line[24];
};

#endif
