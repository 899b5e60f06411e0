// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* XDP on EID-facing interfaces: the ITR. */
#include "lib/eid_path.h"
#include "lib/types.h"

SEC("xdp")
int xtr_eid_ingress(struct xdp_md *ctx)
{
	return eid_path(ctx);
}

char _license[] SEC("license") = "Dual BSD/GPL";
