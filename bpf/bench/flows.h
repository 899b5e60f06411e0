/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the benchmark's packets look like: one frame, and the fields of it that differ from flow to flow. */
#ifndef XTR_BENCH_FLOWS_H
#define XTR_BENCH_FLOWS_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define BENCH_HEADER_BYTES 128

/* Written by scripts/packets/flows.ts. */
struct bench_flow {
	__u8 destination[16];  /* EID; IPv4 in the first four bytes */
	__be16 source_port;    /* of the inner packet, and of the outer one */
	__u16 header_checksum; /* of the inner IPv4 header, as it lies in memory */
	__u32 reserved;
};

struct bench_frame {
	__u8 header[BENCH_HEADER_BYTES];
	__u32 bytes;	 /* length of the frame */
	__u32 flow_mask; /* number of flows minus one; the number is a power of two */
	__u32 target;	 /* ifindex that the generator sends to */
	__u32 reserved;
};

/* One schedule for a million packets or so; a program goes through it round and round. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_flow);
} bench_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_frame);
} bench_frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_position SEC(".maps");

#endif
