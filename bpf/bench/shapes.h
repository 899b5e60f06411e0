/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Every shape of packet that the benchmark sends, as PROGRAM(name, outer_bytes, family): v4 in v6 is IPv4 over IPv6. */
#define BENCH_HOST_SHAPES(PROGRAM)                                                                                     \
	PROGRAM(v4, 0, 4)                                                                                              \
	PROGRAM(v6, 0, 6)

#define BENCH_TUNNEL_SHAPES(PROGRAM)                                                                                   \
	PROGRAM(v4_in_v4, BENCH_OVER_V4, 4)                                                                            \
	PROGRAM(v4_in_v6, BENCH_OVER_V6, 4)                                                                            \
	PROGRAM(v6_in_v4, BENCH_OVER_V4, 6)                                                                            \
	PROGRAM(v6_in_v6, BENCH_OVER_V6, 6)
