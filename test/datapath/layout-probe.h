/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Types with holes, nesting, bit fields and large values, for the test of the layout generator. */
#include <linux/types.h>

struct probe_holes {
	__u8 first;
	__u64 second;
	__u8 third[3];
	__u16 fourth;
};

struct probe_nested {
	__u32 before;
	struct probe_holes holes[2];
	__u8 after;
};

struct probe_bits {
	__u32 plain;
	__u32 low : 8;
	__u32 high : 24;
};

enum probe_values {
	PROBE_ZERO,
	PROBE_SEVEN = 7,
	PROBE_ALL_ONES = 0xffffffffU,
};
