// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Counts UDP packets by what they are and drops them; what else comes is the kernel's. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Indexes of bench_sink_packets. */
enum bench_arrival {
	BENCH_PLAIN = 0, /* UDP port 9, as the hosts send */
	BENCH_LISP = 1,	 /* 4341 */
	BENCH_VXLAN = 2, /* 4789 */
	BENCH_ARRIVALS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BENCH_ARRIVALS);
	__type(key, __u32);
	__type(value, __u64);
} bench_sink_packets SEC(".maps");

static __always_inline __u32 bench_arrival_of(const struct udphdr *udp)
{
	if (udp->dest == bpf_htons(9))
		return BENCH_PLAIN;
	if (udp->dest == bpf_htons(4341))
		return BENCH_LISP;
	return udp->dest == bpf_htons(4789) ? BENCH_VXLAN : BENCH_ARRIVALS;
}

SEC("xdp")
int bench_sink(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ipv6 = (void *)(eth + 1);
	struct iphdr *ipv4 = (void *)(eth + 1);
	struct udphdr *udp;
	__u64 *packets;
	__u32 arrival;

	if ((void *)(ipv4 + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP) && ipv4->protocol == IPPROTO_UDP)
		udp = (void *)(ipv4 + 1);
	else if (eth->h_proto == bpf_htons(ETH_P_IPV6) && (void *)(ipv6 + 1) <= end && ipv6->nexthdr == IPPROTO_UDP)
		udp = (void *)(ipv6 + 1);
	else
		return XDP_PASS;
	if ((void *)(udp + 1) > end)
		return XDP_PASS;
	arrival = bench_arrival_of(udp);
	packets = bpf_map_lookup_elem(&bench_sink_packets, &arrival);
	if (!packets)
		return XDP_PASS;
	(*packets)++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
