// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Bare redirect for the interfaces of a router. */
#include "redirect.h"

SEC("xdp")
int bench_redirect_all(struct xdp_md *ctx)
{
	return bench_redirect(ctx);
}

char _license[] SEC("license") = "Dual BSD/GPL";
