// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* XDP on RLOC-facing interfaces: the ETR. */
#include "lib/rloc_path.h"

SEC("xdp")
int xtr_rloc_ingress(struct xdp_md *ctx)
{
	int verdict = rloc_path(ctx);

	return verdict == XTR_GO_ON ? leave_bytes(frame_bytes(ctx), XTR_REASON_TO_KERNEL, XDP_PASS) : verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
