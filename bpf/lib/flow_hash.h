/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hash that keeps a flow on one locator and one outer source port (RFC 9300 12): addresses, protocol and ports, or
 * addresses alone where there are no ports or not in every packet (fragments, IPv6 extension headers).
 * Its bits: 0 to 7 choose the bucket, 16 to 29 the source port, 0 to 19 are the flow label of IPv6 outer headers.
 */
#ifndef XTR_LIB_FLOW_HASH_H
#define XTR_LIB_FLOW_HASH_H

#include "parse.h"

#define HASH_BYTES  4 /* that are read behind the header */
#define HASH_FACTOR 0x9e3779b97f4a7c15ULL

static __always_inline __u64 hash_mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * HASH_FACTOR;
	return hash ^ hash >> 32;
}

static __always_inline __u64 hash_pair_v4(__be32 source, __be32 destination)
{
	return hash_mix(4, (__u64)source << 32 | destination);
}

static __always_inline __u64 hash_pair_v6(const __u64 source[2], const __u64 destination[2])
{
	/* the two products do not wait for each other */
	return hash_mix(hash_mix(6, source[0] ^ destination[0] * 0xbf58476d1ce4e5b9ULL),
			source[1] ^ destination[1] * 0x94d049bb133111ebULL);
}

/* Of a header in the packet; its addresses are known to be inside. */
static __always_inline __u64 hash_pair_of(const void *header, const __u32 family)
{
	const struct iphdr *v4 = header;
	const struct ipv6hdr *v6 = header;

	if (family == 4)
		return hash_pair_v4(v4->saddr, v4->daddr);
	return hash_pair_v6(((const union xtr_address *)&v6->saddr)->half,
			    ((const union xtr_address *)&v6->daddr)->half);
}

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

/* ports: the first four bytes of the payload of a protocol that has ports. */
static __always_inline __u64 hash_ports(__u64 pair, __u8 protocol, __u32 ports)
{
	return hash_mix(pair, (__u64)protocol << 32 | ports);
}

static __always_inline __u32 hash_end(__u64 hash)
{
	return hash_mix(hash, hash >> 29);
}

static __always_inline __u64 hash_pair(const struct xtr_ip *ip)
{
	if (ip->family == 4)
		return hash_pair_v4(ip->source.word[0], ip->destination.word[0]);
	return hash_pair_v6(ip->source.half, ip->destination.half);
}

/* Sets the flow of the packet, whose header is at `at`. */
static __always_inline void hash_flow(struct xtr_packet *packet, void *at, void *end)
{
	const struct xtr_ip *ip = &packet->ip;
	__u64 hash = hash_pair(ip);

	if (!ip->fragment && has_ports(ip->protocol)) {
		__u32 *ports = at + small_offset(ip->header_bytes);

		if ((void *)(ports + 1) <= end)
			hash = hash_ports(hash, ip->protocol, *ports);
	}
	packet->flow = hash_end(hash);
}

#endif
