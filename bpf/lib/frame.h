/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where the headers of a frame are: layer 3 behind the link header, and the room that an encapsulation takes. Tagged
 * frames are not handled yet: link_of() refuses them, and the kernel gets them. All else works with the VLAN ID that
 * it is given.
 */
#ifndef XTR_LIB_FRAME_H
#define XTR_LIB_FRAME_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "lisp.h"

#define VLAN_UNTAGGED  0
#define VLAN_TAG_BYTES 4 /* IEEE 802.1Q */

/* The link header of a frame. */
struct xtr_link {
	__u64 key;	 /* destination MAC address and VLAN ID, as one number that caches compare */
	__u16 vlan;	 /* VLAN ID, or VLAN_UNTAGGED */
	__be16 protocol; /* EtherType of layer 3 */
};

/* What is between the outer IP header and the inner packet. Today LISP (RFC 9300) alone. */
enum xtr_format {
	XTR_FORMAT_LISP = 0,
};

static __always_inline void *packet_data(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *packet_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

/*
 * An offset of less than 256 that verifiers can see is one: those before Linux 6.2 forget what they know of a number
 * when four bytes of it go to the stack and back, and compilers drop masks that they can prove to be of no effect.
 */
static __always_inline __u64 small_offset(__u64 offset)
{
	asm volatile("%0 &= 0xff" : "+r"(offset));
	return offset;
}

/*
 * Frames of several buffers (jumbo frames): packet_data() to packet_end() is the first of them, the linear part.
 * Headers have to be there; what is behind them may be anywhere. The agent sets this where the kernel has such frames
 * (Linux 5.18); elsewhere verifiers remove what depends on it.
 */
const volatile __u32 xtr_multi_buffer = 0;

/*
 * The difference of pointers, in 64 bits: of the 32-bit fields, compilers would move a packet pointer in 32 bits
 * elsewhere, too, and verifiers refuse that.
 */
static __always_inline __u32 linear_bytes(const struct xdp_md *ctx)
{
	void *data = packet_data(ctx), *end = packet_end(ctx);
	__u64 bytes;

	asm volatile("" : "+r"(data), "+r"(end));
	bytes = end - data;
	asm volatile("" : "+r"(bytes));
	return bytes;
}

/* All buffers. */
static __always_inline __u32 frame_bytes(struct xdp_md *ctx)
{
	return xtr_multi_buffer ? (__u32)bpf_xdp_get_buff_len(ctx) : linear_bytes(ctx);
}

/*
 * The same for the fast paths, to which the call of the kernel matters (1 ns): a first buffer that ends with the packet
 * is taken for the whole frame. What a frame has in further buffers then is padding, and stays behind the packet.
 */
static __always_inline __u32 frame_bytes_or(struct xdp_md *ctx, __u32 wanted)
{
	return linear_bytes(ctx) == wanted ? wanted : frame_bytes(ctx);
}

/*
 * False: the frame, of so many bytes, goes on behind its linear part, and that ends before `end_of_headers`. No rule of
 * ours applies then, and the kernel gets the frame.
 */
static __always_inline bool is_linear(const struct xdp_md *ctx, __u32 bytes, const void *end_of_headers)
{
	return end_of_headers <= packet_end(ctx) || bytes == linear_bytes(ctx);
}

/* Length of a link header. */
static __always_inline __u32 link_bytes(__u16 vlan)
{
	return vlan == VLAN_UNTAGGED ? ETH_HLEN : ETH_HLEN + VLAN_TAG_BYTES;
}

/* False: too short, tagged, or neither IPv4 nor IPv6. */
static __always_inline bool link_of(const struct xdp_md *ctx, struct xtr_link *link)
{
	const struct ethhdr *eth = packet_data(ctx);

	if ((const void *)(eth + 1) > packet_end(ctx))
		return false;
	link->vlan = VLAN_UNTAGGED;
	link->key =
	    *(const __u32 *)eth->h_dest | (__u64) * (const __u16 *)(eth->h_dest + 4) << 32 | (__u64)link->vlan << 48;
	link->protocol = eth->h_proto;
	return link->protocol == bpf_htons(ETH_P_IP) || link->protocol == bpf_htons(ETH_P_IPV6);
}

/* 4 or 6. */
static __always_inline __u32 link_family(const struct xtr_link *link)
{
	return link->protocol == bpf_htons(ETH_P_IP) ? 4 : 6;
}

static __always_inline __be16 ethertype(__u32 family)
{
	return family == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
}

/* The IP header of the frame; whether it is inside has to be checked. */
static __always_inline void *layer3(const struct xdp_md *ctx, __u16 vlan)
{
	return packet_data(ctx) + link_bytes(vlan);
}

/* Of an IP header without options and extension headers. */
static __always_inline __u32 ip_bytes(__u32 family)
{
	return family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

/* From the outer IP header to the inner packet. */
static __always_inline __u32 tunnel_bytes(const enum xtr_format format)
{
	return sizeof(struct xtr_tunnel);
}

/* UDP destination port, in network byte order. */
static __always_inline __be16 tunnel_port(const enum xtr_format format)
{
	return bpf_htons(LISP_DATA_PORT);
}

/* What encapsulation puts in front of a packet, or takes away with an outer header without options. */
static __always_inline __u32 encapsulation_bytes(const enum xtr_format format, __u32 rloc_family)
{
	return ip_bytes(rloc_family) + tunnel_bytes(format);
}

#endif
