/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The way in to a program under a repeated test run: the kernel hands each run the packet as the run before left it, so
 * its length and headers are restored first, then the program is tail-called.
 */
#ifndef XTR_BENCH_RESTORE_H
#define XTR_BENCH_RESTORE_H

#include "generate.h"
#include "shapes.h"

#define BENCH_TARGET(map, program)                                                                                     \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY);                                                                 \
		__uint(max_entries, 1);                                                                                \
		__uint(key_size, sizeof(__u32));                                                                       \
		__array(values, int(void *));                                                                          \
	} map SEC(".maps") = {.values = {[0] = (void *)&program}};

/* Tunnels put bytes in front or take them away; the tail stays. */
static __always_inline bool bench_restore_length(struct xdp_md *ctx, const struct bench_frame *frame)
{
	__u32 bytes = ctx->data_end - ctx->data;

	return bytes == frame->bytes || !bpf_xdp_adjust_head(ctx, (int)(bytes - frame->bytes));
}

static __always_inline int bench_restore(struct xdp_md *ctx, void *target, const __u32 outer_bytes, const __u32 family)
{
	const struct bench_frame *frame = bench_frame();

	if (!frame || !bench_restore_length(ctx, frame) || !bench_write(ctx, frame, outer_bytes, family))
		return XDP_ABORTED;
	bpf_tail_call(ctx, target, 0);
	return XDP_ABORTED;
}

#endif
