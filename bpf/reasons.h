/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Every way a packet can leave the programs: each packet leaves by one, which xtr_counters counts. The agent reads the
 * names from BTF, in lower case without the prefix, with hyphens: XTR_REASON_NO_USABLE_LOCATOR is 'no-usable-locator'.
 */
#ifndef XTR_REASONS_H
#define XTR_REASONS_H

enum xtr_reason {
	/* eid_ingress: what became of packets from EIDs */
	XTR_REASON_ENCAPSULATED = 0,
	XTR_REASON_TO_KERNEL,	   /* not for us, ARP, ND, multicast, TTL 1 ...; at rloc_ingress: no LISP data */
	XTR_REASON_LOCAL_EID,	   /* destination behind this router */
	XTR_REASON_FORWARD_NATIVE, /* negative mapping */
	XTR_REASON_NO_MAPPING,	   /* trie has no entry at all: to the kernel */
	XTR_REASON_MAP_CACHE_MISS, /* send-map-request: punted and held */
	XTR_REASON_DROP_ACTION,	   /* mapping says drop */
	XTR_REASON_NO_USABLE_LOCATOR,
	/* rloc_ingress: what became of packets to UDP 4341 */
	XTR_REASON_DECAPSULATED,
	XTR_REASON_DECAPSULATED_TO_KERNEL, /* for the router itself, or neighbour not resolved yet */
	XTR_REASON_REENCAPSULATED,
	XTR_REASON_STALE,	   /* in a dynamic-EID prefix or away, no new locator known: dropped */
	XTR_REASON_NOT_OUR_EID,	   /* no local EID-Prefix covers the inner destination */
	XTR_REASON_WRONG_INSTANCE, /* the route leads to an interface of another instance ID */
	XTR_REASON_TTL_EXPIRED,	   /* not delivered and not re-encapsulated: TTL used up; punted to be answered */
	XTR_REASON_ECN_DROP,	   /* outer CE, inner not ECN-capable (RFC 6040) */
	XTR_REASON_BAD_OUTER,	   /* outer header broken: lengths, source address */
	XTR_REASON_BAD_INNER,	   /* inner header broken */
	XTR_REASON_BAD_LISP_FLAGS, /* encrypted (KK), or reserved use */
	/* both */
	XTR_REASON_TOO_BIG,  /* for the path: punted to be answered */
	XTR_REASON_FRAGMENT, /* for the path: punted, the agent sends its fragments on */
	XTR_REASON_NO_ROUTE,
	XTR_REASON_NO_NEIGHBOUR, /* next hop not resolved: punted, the agent sends it on */
	XTR_REASON_NO_HEADROOM,
	XTR_REASON_INTERNAL, /* a map lookup that cannot fail did */
	XTR_REASON_COUNT,
};

#endif
