/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* IP headers as the fast ways through the programs take them: without options, sound, and in registers alone. */
#ifndef XTR_LIB_BRIEF_H
#define XTR_LIB_BRIEF_H

#include "csum.h"
#include "parse.h"

struct xtr_brief {
	__u32 total_bytes;
	__u8 tos;
	__u8 ttl;
	__u8 protocol;
};

/* The first 20 bytes are known to be inside the packet. False: parse_ipv4 has to look. */
static __always_inline bool brief_v4(const struct iphdr *ip, const void *end, struct xtr_brief *brief)
{
	if (*(const __u8 *)ip != 0x45 || !csum_sound(csum_of_five(ip)))
		return false;
	brief->total_bytes = bpf_ntohs(ip->tot_len);
	if (brief->total_bytes < sizeof(*ip) || brief->total_bytes > end - (const void *)ip)
		return false;
	brief->tos = ip->tos;
	brief->ttl = ip->ttl;
	brief->protocol = ip->protocol;
	return true;
}

/* The first 40 bytes are known to be inside the packet. */
static __always_inline bool brief_v6(const struct ipv6hdr *ip, const void *end, struct xtr_brief *brief)
{
	if (ip->version != 6)
		return false;
	brief->total_bytes = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	if (brief->total_bytes > end - (const void *)ip)
		return false;
	brief->tos = bpf_ntohl(*(const __be32 *)ip) >> 20;
	brief->ttl = ip->hop_limit;
	brief->protocol = ip->nexthdr;
	return true;
}

static __always_inline bool brief_of(const void *ip, const void *end, const __u32 family, struct xtr_brief *brief)
{
	return family == 4 ? brief_v4(ip, end, brief) : brief_v6(ip, end, brief);
}

#endif
