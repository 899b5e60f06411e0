// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* eid_ingress under test runs. */
#include "../eid_ingress.bpf.c"
#include "restore.h"

BENCH_TARGET(bench_target_eid, xtr_eid_ingress)

#define RESTORE_EID(name, outer_bytes, family)                                                                         \
	SEC("xdp")                                                                                                     \
	int bench_eid_##name(struct xdp_md *ctx)                                                                       \
	{                                                                                                              \
		return bench_restore(ctx, &bench_target_eid, outer_bytes, family);                                     \
	}

BENCH_HOST_SHAPES(RESTORE_EID)
