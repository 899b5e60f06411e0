// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Programs and maps that the tests of the addon load: one of each mechanism.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct lpm_key {
	__u32 prefix_len;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} probe_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, __u32);
} probe_lpm SEC(".maps");

/* Packets of probe_count, of probe_count_too */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} probe_per_cpu_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} probe_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} probe_ring SEC(".maps");

static int count(__u32 slot)
{
	__u32 *packets = bpf_map_lookup_elem(&probe_per_cpu_counters, &slot);

	if (packets)
		++*packets;
	return XDP_PASS;
}

SEC("xdp") int probe_count(struct xdp_md *ctx)
{
	return count(0);
}

SEC("xdp") int probe_count_too(struct xdp_md *ctx)
{
	return count(1);
}

/* Puts the ingress ifindex in front of the packet, `first byte` of it times. */
SEC("xdp") int probe_grow(struct xdp_md *ctx)
{
	__u32 ifindex = ctx->ingress_ifindex;
	__u8 *data = (void *)(long)ctx->data;

	if (data + 1 > (__u8 *)(long)ctx->data_end)
		return XDP_DROP;
	if (bpf_xdp_adjust_head(ctx, -4 * *data))
		return XDP_ABORTED;
	data = (void *)(long)ctx->data;
	if (data + 4 > (__u8 *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memcpy(data, &ifindex, 4);
	return XDP_TX;
}

/* A record of the packet's first 8 bytes; drops the packet when the ring is full. */
SEC("xdp") int probe_record(struct xdp_md *ctx)
{
	__u64 *data = (void *)(long)ctx->data;
	__u64 record;

	if (data + 1 > (__u64 *)(long)ctx->data_end)
		return XDP_ABORTED;
	record = *data;
	return bpf_ringbuf_output(&probe_ring, &record, sizeof(record), 0) ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int probe_redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&probe_ports, ctx->ingress_ifindex, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
