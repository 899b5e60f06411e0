// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* XDP on interfaces that face EIDs and RLOCs: LISP data for us is the ETR's, all else the ITR's. */
#include "lib/eid_path.h"
#include "lib/rloc_path.h"

SEC("xdp")
int xtr_both_ingress(struct xdp_md *ctx)
{
	int verdict = rloc_path(ctx);

	return verdict == XTR_GO_ON ? eid_path(ctx) : verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
