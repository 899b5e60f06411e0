// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Reads lines of a table at random, each when the one before is known: what a lookup in a large map-cache waits for. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define READS 64 /* of one run; as in scripts/benchmark/inside/memory-reader.ts */

struct bench_line {
	__u64 words[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE); /* as the index of the map-cache */
	__type(key, __u32);
	__type(value, struct bench_line);
} bench_lines SEC(".maps");

/* One element: number of lines minus one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_line_mask SEC(".maps");

SEC("xdp")
int bench_read_memory(struct xdp_md *ctx)
{
	__u32 zero = 0, random = bpf_get_prandom_u32();
	const __u32 *mask = bpf_map_lookup_elem(&bench_line_mask, &zero);

	if (!mask)
		return XDP_ABORTED;
	for (int i = 0; i < READS; i++) {
		__u32 at = (random >> 3 ^ random >> 17) & *mask;
		const struct bench_line *line = bpf_map_lookup_elem(&bench_lines, &at);

		if (!line)
			return XDP_ABORTED;
		random = random * 1664525u + 1013904223u + (__u32)line->words[0]; /* which is 0 */
	}
	return random == 1 ? XDP_ABORTED : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
