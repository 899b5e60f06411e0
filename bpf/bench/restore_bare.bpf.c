// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Under test runs: nothing at all, which is the cost of restoring, and the bare redirect. */
#include "redirect.h"
#include "restore.h"

SEC("xdp")
int bench_nothing(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int bench_bare(struct xdp_md *ctx)
{
	return bench_redirect(ctx);
}

BENCH_TARGET(bench_target_nothing, bench_nothing)
BENCH_TARGET(bench_target_bare, bench_bare)

#define RESTORE_BARE(name, outer_bytes, family)                                                                        \
	SEC("xdp")                                                                                                     \
	int bench_nothing_##name(struct xdp_md *ctx)                                                                   \
	{                                                                                                              \
		return bench_restore(ctx, &bench_target_nothing, outer_bytes, family);                                 \
	}                                                                                                              \
	SEC("xdp")                                                                                                     \
	int bench_bare_##name(struct xdp_md *ctx)                                                                      \
	{                                                                                                              \
		return bench_restore(ctx, &bench_target_bare, outer_bytes, family);                                    \
	}

BENCH_HOST_SHAPES(RESTORE_BARE)
BENCH_TUNNEL_SHAPES(RESTORE_BARE)

char _license[] SEC("license") = "Dual BSD/GPL";
