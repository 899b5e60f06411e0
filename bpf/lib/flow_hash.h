/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hash that keeps a flow on one locator and one outer source port (RFC 9300 12): addresses, protocol and ports, or
 * addresses alone where there are no ports or not in every packet (fragments, IPv6 extension headers).
 * Its bits: 0 to 5 choose the bucket, 16 to 29 the source port, 0 to 19 are the flow label of IPv6 outer headers.
 */
#ifndef XTR_LIB_FLOW_HASH_H
#define XTR_LIB_FLOW_HASH_H

#include "parse.h"

static __always_inline __u64 hash_mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

/* Sets flow and pair of the packet, whose header is at `at`. */
static __always_inline void hash_flow(struct xtr_packet *packet, void *at, void *end)
{
	const struct xtr_ip *ip = &packet->ip;
	__u64 hash = ip->family;

	if (ip->family == 4) {
		hash = hash_mix(hash, (__u64)ip->source.word[0] << 32 | ip->destination.word[0]);
	} else {
		hash = hash_mix(hash, ip->source.half[0]);
		hash = hash_mix(hash, ip->source.half[1]);
		hash = hash_mix(hash, ip->destination.half[0]);
		hash = hash_mix(hash, ip->destination.half[1]);
	}
	packet->pair = hash;
	if (!ip->fragment &&
	    (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP || ip->protocol == IPPROTO_SCTP)) {
		__u32 *ports = at + small_offset(ip->header_bytes);

		if ((void *)(ports + 1) <= end)
			hash = hash_mix(hash, (__u64)ip->protocol << 32 | *ports);
	}
	packet->flow = hash_mix(hash, hash >> 29);
}

#endif
