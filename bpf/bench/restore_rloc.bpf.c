// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* rloc_ingress under test runs. */
#include "../rloc_ingress.bpf.c"
#include "restore.h"

BENCH_TARGET(bench_target_rloc, xtr_rloc_ingress)

#define RESTORE_RLOC(name, outer_bytes, family)                                                                        \
	SEC("xdp")                                                                                                     \
	int bench_rloc_##name(struct xdp_md *ctx)                                                                      \
	{                                                                                                              \
		return bench_restore(ctx, &bench_target_rloc, outer_bytes, family);                                    \
	}

BENCH_TUNNEL_SHAPES(RESTORE_RLOC)
