/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What every figure is compared with: the least that a forwarding XDP program does. Parse, MAC addresses, redirect. */
#ifndef XTR_BENCH_REDIRECT_H
#define XTR_BENCH_REDIRECT_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bench_next_hop {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_next_hop);
} bench_next_hops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} bench_ports SEC(".maps");

static __always_inline int bench_redirect(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ipv6 = (void *)(eth + 1);
	struct iphdr *ipv4 = (void *)(eth + 1);
	struct bench_next_hop *next_hop;
	__u32 zero = 0;

	if ((void *)(ipv4 + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (ipv4->version != 4 || ipv4->ttl <= 1)
			return XDP_PASS;
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		if ((void *)(ipv6 + 1) > end || ipv6->version != 6 || ipv6->hop_limit <= 1)
			return XDP_PASS;
	} else {
		return XDP_PASS;
	}
	next_hop = bpf_map_lookup_elem(&bench_next_hops, &zero);
	if (!next_hop)
		return XDP_ABORTED;
	__builtin_memcpy(eth->h_dest, next_hop->destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, next_hop->source, ETH_ALEN);
	return bpf_redirect_map(&bench_ports, next_hop->ifindex, XDP_ABORTED);
}

#endif
