// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "layout-probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 77);
	__type(key, struct probe_holes);
	__type(value, __u32);
} probe_hash SEC(".maps") __attribute__((btf_decl_tag("state")));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} probe_ring SEC(".maps") __attribute__((btf_decl_tag("volatile")));

void probe(const struct probe_nested *nested, const struct probe_bits *bits, enum probe_values values)
{
}
