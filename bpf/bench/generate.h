/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Writes the headers of the next packet of the schedule over whatever is in the frame. */
#ifndef XTR_BENCH_GENERATE_H
#define XTR_BENCH_GENERATE_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "flows.h"

/* Outer IP, UDP and LISP header. */
#define BENCH_OVER_V4 (20 + 8 + 8)
#define BENCH_OVER_V6 (40 + 8 + 8)

static __always_inline const struct bench_frame *bench_frame(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&bench_frames, &zero);
}

static __always_inline const struct bench_flow *bench_next_flow(const struct bench_frame *frame)
{
	__u32 zero = 0;
	__u32 *position = bpf_map_lookup_elem(&bench_position, &zero);
	__u32 index;

	if (!position)
		return NULL;
	index = (*position)++ & frame->flow_mask;
	return bpf_map_lookup_elem(&bench_flows, &index);
}

/* outer_bytes and family are constants: 0 outer bytes is a packet from a host, else a LISP data packet. */
static __always_inline bool bench_write(struct xdp_md *ctx, const struct bench_frame *frame, const __u32 outer_bytes,
					const __u32 family)
{
	const __u32 ip_bytes = family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	const __u32 ip_at = ETH_HLEN + outer_bytes;
	const struct bench_flow *flow = bench_next_flow(frame);
	void *data = (void *)(long)ctx->data;
	struct udphdr *udp = data + ip_at + ip_bytes;

	if (!flow || (void *)(udp + 1) > (void *)(long)ctx->data_end)
		return false;
	__builtin_memcpy(data, frame->header, ip_at + ip_bytes + sizeof(*udp));
	if (family == 4) {
		struct iphdr *header = data + ip_at;

		__builtin_memcpy(&header->daddr, flow->destination, sizeof(header->daddr));
		header->check = flow->header_checksum;
	} else {
		struct ipv6hdr *header = data + ip_at;

		__builtin_memcpy(&header->daddr, flow->destination, sizeof(header->daddr));
	}
	udp->source = flow->source_port;
	if (outer_bytes) {
		struct udphdr *outer = data + ip_at - 16; /* UDP and LISP header are 8 bytes each */

		outer->source = flow->source_port;
	}
	return true;
}

#endif
