/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The LISP header of data packets (RFC 9300 5.3):
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |N|L|E|V|I|R|K|K|            Nonce/Map-Version                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Instance ID/Locator-Status-Bits               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
#ifndef XTR_LIB_LISP_H
#define XTR_LIB_LISP_H

#include <linux/types.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#define LISP_DATA_PORT 4341

#define LISP_FLAG_L  0x40
#define LISP_FLAG_I  0x08
#define LISP_FLAG_KK 0x03

struct xtr_lisp {
	__u8 flags;
	__u8 nonce[3];
	__be32 instance_and_status;
};

/* UDP and LISP header, the same over IPv4 and IPv6. */
struct xtr_tunnel {
	struct udphdr udp;
	struct xtr_lisp lisp;
};

/* N, V and E mean nothing to us: nonce and map-version are not used. With them, R is ignored (9300-5.3-09, -10, -13).
 */
static __always_inline __u32 lisp_instance_id(const struct xtr_lisp *lisp)
{
	return lisp->flags & LISP_FLAG_I ? bpf_ntohl(lisp->instance_and_status) >> 8 : 0;
}

/* status: with L, the status bits to send: 32 of them, or 8 beside an instance ID (9300-5.3-D03). */
static __always_inline __be64 lisp_header(__u32 instance_id, __u8 l_flag, __u32 status)
{
	__u64 flags = l_flag, second = l_flag ? status : 0;

	if (instance_id) {
		flags |= LISP_FLAG_I;
		second = instance_id << 8 | (second & 0xff);
	}
	return bpf_cpu_to_be64(flags << 56 | second); /* no nonce */
}

#endif
