/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IP headers as the fast paths take them: without options, sound, and in registers alone. Whether the frame has the
 * whole packet is for the caller to check.
 */
#ifndef XTR_LIB_FAST_HEADER_H
#define XTR_LIB_FAST_HEADER_H

#include "../csum.h"
#include "../parse.h"

struct xtr_fast_ip {
	__u32 total_bytes;
	__u8 tos;
	__u8 ttl;
	__u8 protocol;
};

/* The first 20 bytes are known to be inside the packet. False: parse_ipv4 has to look. */
static __always_inline bool fast_ip_v4(const struct iphdr *ip, struct xtr_fast_ip *out)
{
	if (*(const __u8 *)ip != 0x45 || !csum_sound(csum_of_five(ip)))
		return false;
	out->total_bytes = bpf_ntohs(ip->tot_len);
	if (out->total_bytes < sizeof(*ip))
		return false;
	out->tos = ip->tos;
	out->ttl = ip->ttl;
	out->protocol = ip->protocol;
	return true;
}

/* The first 40 bytes are known to be inside the packet. */
static __always_inline bool fast_ip_v6(const struct ipv6hdr *ip, struct xtr_fast_ip *out)
{
	if (ip->version != 6)
		return false;
	out->total_bytes = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	out->tos = bpf_ntohl(*(const __be32 *)ip) >> 20;
	out->ttl = ip->hop_limit;
	out->protocol = ip->nexthdr;
	return true;
}

static __always_inline bool fast_ip_of(const void *ip, const __u32 family, struct xtr_fast_ip *out)
{
	return family == 4 ? fast_ip_v4(ip, out) : fast_ip_v6(ip, out);
}

#endif
