/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the steps know of the packet in their hands, and where it lies. */
#ifndef XTR_LIB_PACKET_H
#define XTR_LIB_PACKET_H

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include "address.h"

struct xtr_ip {
	union xtr_address source;
	union xtr_address destination;
	__u32 family;	    /* 4 or 6 */
	__u32 header_bytes; /* IPv4 options included, IPv6 extension headers not */
	__u32 total_bytes;  /* header and payload, without the padding of short frames */
	__u8 tos;	    /* DSCP and ECN */
	__u8 ttl;
	__u8 protocol;
	__u8 fragment; /* first or later */
};

struct xtr_packet {
	struct xtr_ip ip; /* the header between EIDs: the inner one where the packet is encapsulated */
	union xtr_address outer_source;
	__u32 outer_family; /* 0 when the packet did not come encapsulated */
	__u32 instance_id;
	__u32 frame_bytes; /* as received */
	__u32 flow;	   /* flow hash, once known */
};

static __always_inline void *packet_data(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *packet_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

static __always_inline __u32 packet_bytes(const struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
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

#endif
