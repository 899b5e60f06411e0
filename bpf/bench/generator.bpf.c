// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Packets for live-frame test runs, one program for each shape. Pages come back as the router left them. */
#include "generate.h"
#include "shapes.h"

#define GENERATOR(name, outer_bytes, family)                                                                           \
	SEC("xdp")                                                                                                     \
	int bench_generate_##name(struct xdp_md *ctx)                                                                  \
	{                                                                                                              \
		const struct bench_frame *frame = bench_frame();                                                       \
                                                                                                                       \
		if (!frame || !bench_write(ctx, frame, outer_bytes, family))                                           \
			return XDP_DROP;                                                                               \
		return bpf_redirect(frame->target, 0);                                                                 \
	}

BENCH_HOST_SHAPES(GENERATOR)
BENCH_TUNNEL_SHAPES(GENERATOR)

char _license[] SEC("license") = "Dual BSD/GPL";
