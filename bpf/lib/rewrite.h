/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Changes to the IP header between EIDs, where it is layer 3 of the frame. Struct xtr_ip follows. */
#ifndef XTR_LIB_REWRITE_H
#define XTR_LIB_REWRITE_H

#include "parse.h"

/*
 * In words of 16 bits, which are those of the checksum (RFC 1624 equation 3, for two words at once). Bytes would have
 * to be read back as words, for which processors wait until the bytes have left the store buffer.
 */
static __always_inline void rewrite_ipv4(struct iphdr *header, __u8 tos, __u8 ttl)
{
	__be16 *words = (__be16 *)header;
	__be16 first = words[0]; /* version, header length, TOS */
	__be16 fifth = words[4]; /* TTL, protocol */
	__be16 new_first = (first & bpf_htons(0xff00)) | bpf_htons(tos);
	__be16 new_fifth = (fifth & bpf_htons(0x00ff)) | bpf_htons((__u16)ttl << 8);
	__u32 sum = (__u16)~header->check;

	sum += (__u16)~first + (__u32)new_first + (__u16)~fifth + (__u32)new_fifth;
	words[0] = new_first;
	words[4] = new_fifth;
	header->check = ~csum_fold(sum);
}

static __always_inline void rewrite_ipv6(struct ipv6hdr *header, __u8 tos, __u8 ttl)
{
	header->priority = tos >> 4;
	header->flow_lbl[0] = (header->flow_lbl[0] & 0x0f) | tos << 4;
	header->hop_limit = ttl;
}

static __always_inline void rewrite(void *header, __u32 family, __u8 tos, __u8 ttl)
{
	if (family == 4)
		rewrite_ipv4(header, tos, ttl);
	else
		rewrite_ipv6(header, tos, ttl);
}

/*
 * TTL or hop limit, one less: all that forwarding changes in a packet, on the fast and on the slow path. The checksum
 * is that of the kernel's ip_decrease_ttl: its sum is one more, and 0xffff is written as 0 (RFC 1624 section 3). TTL
 * and checksum are changed in words, for the reason given above.
 */
static __always_inline void decrement_ttl(void *header, const __u32 family)
{
	struct iphdr *v4 = header;
	__be16 *words = header;
	__u32 sum;

	if (family == 6) {
		((struct ipv6hdr *)header)->hop_limit--;
		return;
	}
	words[4] -= bpf_htons(0x0100);
	sum = v4->check + bpf_htons(0x0100);
	v4->check = sum + (sum >= 0xffff);
}

/* False when the header is not there. */
static __always_inline bool decrement_ip(struct xdp_md *ctx, __u16 vlan, struct xtr_ip *ip)
{
	void *header = layer3(ctx, vlan);

	ip->ttl--;
	if (header + ip_bytes(ip->family) > packet_end(ctx))
		return false;
	decrement_ttl(header, ip->family);
	return true;
}

/* False when the header is not there. */
static __always_inline bool rewrite_ip(struct xdp_md *ctx, __u16 vlan, struct xtr_ip *ip, __u8 tos, __u8 ttl)
{
	void *header = layer3(ctx, vlan);

	ip->tos = tos;
	ip->ttl = ttl;
	if (header + ip_bytes(ip->family) > packet_end(ctx))
		return false;
	rewrite(header, ip->family, tos, ttl);
	return true;
}

/* Cuts the frame, of so many bytes, behind the IP packet: short frames are padded (RFC 894), and the padding is no
 * payload. */
static __always_inline bool trim(struct xdp_md *ctx, __u32 bytes, __u16 vlan, const struct xtr_ip *ip)
{
	__u32 wanted = link_bytes(vlan) + ip->total_bytes;

	return bytes == wanted || !bpf_xdp_adjust_tail(ctx, (int)(wanted - bytes));
}

#endif
