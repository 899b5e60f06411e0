// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Notes when packets of the benchmark come by, and how many: LISP data packets by outer destination and inner
 * destination, which go on, and packets between hosts by destination, which have arrived and are dropped.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bench_sight {
	__u32 ifindex;
	__be32 outer_destination; /* 0: not encapsulated */
	__be32 destination;
};

struct bench_seen {
	__u64 first_ns; /* CLOCK_MONOTONIC */
	__u64 last_ns;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, struct bench_sight);
	__type(value, struct bench_seen);
} bench_sightings SEC(".maps");

static __always_inline void see(const struct bench_sight *sight)
{
	__u64 now = bpf_ktime_get_ns();
	struct bench_seen first = {.first_ns = now, .last_ns = now, .packets = 1};
	struct bench_seen *seen = bpf_map_lookup_elem(&bench_sightings, sight);

	if (!seen && !bpf_map_update_elem(&bench_sightings, sight, &first, BPF_NOEXIST))
		return;
	if (!seen)
		seen = bpf_map_lookup_elem(&bench_sightings, sight);
	if (!seen)
		return;
	seen->last_ns = now;
	__sync_fetch_and_add(&seen->packets, 1);
}

SEC("xdp")
int bench_observe(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct iphdr *inner = (void *)udp + 16; /* UDP and LISP header */
	struct bench_sight sight = {.ifindex = ctx->ingress_ifindex};

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if (udp->dest == bpf_htons(9)) {
		sight.destination = ip->daddr;
		see(&sight);
		return XDP_DROP;
	}
	if (udp->dest == bpf_htons(4341) && (void *)(inner + 1) <= end) {
		sight.outer_destination = ip->daddr;
		sight.destination = inner->daddr;
		see(&sight);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
