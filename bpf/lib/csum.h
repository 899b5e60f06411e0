/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The Internet checksum of IPv4 headers (RFC 1071). */
#ifndef XTR_LIB_CSUM_H
#define XTR_LIB_CSUM_H

#include <stdbool.h>
#include <linux/ip.h>
#include <linux/types.h>

#include "packet.h"

/* A sum of less than 2^32. */
static __always_inline __u16 csum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/*
 * The sum of the options behind an IPv4 header of `words` 32-bit words, `offset` bytes into the frame, or ~0 when they
 * are not there. A global function, so that verifiers go through its loop once and not once for each caller's state.
 */
__noinline __u64 csum_options(struct xdp_md *ctx, __u32 offset, __u32 words)
{
	const __u32 *at = packet_data(ctx) + small_offset(offset);
	const void *end = packet_end(ctx);
	__u64 sum = 0;

	for (__u32 i = 5; i < 15; i++) { /* IHL has four bits */
		if (i >= words)
			break;
		if ((const void *)(at + i + 1) > end)
			return ~0ULL;
		sum += at[i];
	}
	return sum;
}

/* A sum of 32-bit words is that of a sound header. */
static __always_inline bool csum_sound(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return csum_fold(sum) == 0xffff;
}

static __always_inline __u64 csum_of_five(const struct iphdr *header)
{
	const __u32 *at = (const __u32 *)header;

	return (__u64)at[0] + at[1] + at[2] + at[3] + at[4];
}

/* The first 20 bytes are known to be inside the packet. */
static __always_inline bool csum_verify(struct xdp_md *ctx, const struct iphdr *header)
{
	__u64 sum = csum_of_five(header);

	if (header->ihl > 5) {
		__u64 options = csum_options(ctx, (const void *)header - packet_data(ctx), header->ihl);

		if (options == ~0ULL)
			return false;
		sum += options;
	}
	return csum_sound(sum);
}

#endif
