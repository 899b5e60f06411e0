/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: what the agent writes from its configuration at each start. */
#ifndef XTR_LAYOUT_CONFIG_H
#define XTR_LAYOUT_CONFIG_H

#include <linux/types.h>

#include "punt.h"

enum xtr_role {
	XTR_ROLE_EID = 1,
	XTR_ROLE_RLOC = 2,
};

/* Where the kernel looks up a route: as if the packet had come in on this interface. */
struct xtr_route_origin {
	__u32 ifindex; /* 0: the interface that the packet came in on */
	__u32 table;   /* 0: as the policy rules say; no other value yet */
};

/* Key of xtr_interfaces. */
struct xtr_interface_key {
	__u32 ifindex;
	__u32 vlan; /* VLAN ID; 0: untagged */
};

/* Value of xtr_interfaces. */
struct xtr_interface {
	__u32 instance_id;
	__u32 roles;
	__u8 mac[6];
	__u8 reserved[2];
};

/* Value of xtr_instances, by instance ID; an instance that is not in the map has an origin of zeros. */
struct xtr_instance {
	struct xtr_route_origin origin; /* of routes to its EIDs */
};

/* Key of xtr_local_rlocs. */
struct xtr_rloc {
	__u8 address[16]; /* IPv4 in the first four bytes, the rest zero */
	__u32 family;
};

/* Limits of one punt reason. */
struct xtr_punt_limit {
	__u32 rate_pps;	   /* tokens a second and CPU */
	__u32 burst;	   /* bucket size */
	__u32 interval_ms; /* one punt per EID (and outer source) in this time; 0: every packet */
	__u32 reserved;
};

/* Value of xtr_settings, one element. */
struct xtr_settings {
	struct xtr_punt_limit punt[XTR_PUNT_REASONS];
	struct xtr_route_origin underlay; /* of routes to RLOCs */
	__u32 instances;		  /* entries in xtr_instances; 0: no packet looks there */
	__u32 outer_ttl;		  /* of outer headers; 0: that of the inner one is copied */
};

#endif
