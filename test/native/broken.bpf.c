// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Reads a packet without the bounds check: the verifier refuses it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} broken_array SEC(".maps");

SEC("xdp") int broken(struct xdp_md *ctx)
{
	__u32 zero = 0;

	if (!bpf_map_lookup_elem(&broken_array, &zero))
		return XDP_DROP;
	return *(__u8 *)(long)ctx->data;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
