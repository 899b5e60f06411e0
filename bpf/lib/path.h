/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The way to a locator as it was a moment ago: next hop, MTU, and the outer addresses. */
#ifndef XTR_LIB_PATH_H
#define XTR_LIB_PATH_H

#include "locator.h"
#include "memory.h"
#include "lisp.h"

#define TUNNEL_BYTES_V4 (sizeof(struct iphdr) + sizeof(struct xtr_tunnel))
#define TUNNEL_BYTES_V6 (sizeof(struct ipv6hdr) + sizeof(struct xtr_tunnel))

/* What multipath routes choose by, where they look at ports: all flows of one spread go one way. */
static __always_inline __be16 path_port(__u32 spread)
{
	return bpf_htons(0xc000 | spread);
}

/*
 * Where the way is, or will be; NULL: it is not to be remembered. Ways to one locator lie side by side; those that
 * differ in DSCP or interface, which are few, somewhere else.
 */
static __always_inline struct xtr_path *path_slot(const struct xtr_moment *moment, __u32 locator, __u32 spread,
						  __u32 ifindex, __u8 dscp)
{
	__u32 at;

	if (!moment->epoch)
		return NULL;
	at = memory_slot(moment, locator * (moment->spread + 1) + spread + dscp * 0x9e3d + ifindex * 0x3a7f);
	return bpf_map_lookup_elem(&xtr_paths, &at);
}

static __always_inline bool path_known(const struct xtr_path *path, const struct xtr_moment *moment, __u32 locator,
				       __u32 spread, __u32 ifindex, __u8 dscp, __u32 total_bytes)
{
	return path->epoch == moment->epoch && path->locator == locator && path->ifindex == ifindex &&
	       path->dscp == dscp && path->spread == spread && moment->now - path->decided < MEMORY_LIFE_JIFFIES &&
	       total_bytes <= path->mtu;
}

static __always_inline void path_remember(struct xtr_path *path, const struct xtr_moment *moment, __u32 version,
					  const struct xtr_choice *choice, __u32 spread, __u32 ifindex, __u8 dscp,
					  const struct bpf_fib_lookup *fib)
{
	const struct xtr_locator *locator = choice->locator;

	memory_open(path);
	path->locator = choice->index;
	path->ifindex = ifindex;
	path->dscp = dscp;
	path->spread = spread;
	path->decided = moment->now;
	path->egress = fib->ifindex;
	path->family = locator->family;
	path->header_sum = locator->header_sum;
	__builtin_memcpy(path->ethernet + KEPT_ETH_AT, fib->dmac, ETH_ALEN);
	__builtin_memcpy(path->ethernet + KEPT_ETH_AT + ETH_ALEN, fib->smac, ETH_ALEN);
	if (locator->family == 4) {
		path->mtu = fib->mtu_result - TUNNEL_BYTES_V4;
		*(__be16 *)(path->ethernet + KEPT_ETH_AT + 2 * ETH_ALEN) = bpf_htons(ETH_P_IP);
		__builtin_memcpy(path->rlocs_v4, locator->source, 4);
		__builtin_memcpy(path->rlocs_v4 + 4, locator->destination, 4);
	} else {
		path->mtu = fib->mtu_result - TUNNEL_BYTES_V6;
		*(__be16 *)(path->ethernet + KEPT_ETH_AT + 2 * ETH_ALEN) = bpf_htons(ETH_P_IPV6);
	}
	memory_close(path, version, moment->epoch);
}

#endif
