/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Addresses of either family, and which of them packets may carry that routers forward. */
#ifndef XTR_LIB_ADDRESS_H
#define XTR_LIB_ADDRESS_H

#include <stdbool.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>

/* In network byte order; IPv4 in the first word, the rest zero. */
union xtr_address {
	__u8 byte[16];
	__be32 word[4];
	__u64 half[2];
};

static __always_inline void address_set_v4(union xtr_address *address, __be32 v4)
{
	address->half[0] = 0;
	address->half[1] = 0;
	address->word[0] = v4;
}

static __always_inline void address_set_v6(union xtr_address *address, const void *v6)
{
	__builtin_memcpy(address, v6, sizeof(*address));
}

/* Neither "this network", loopback, link-local, multicast nor limited broadcast. */
static __always_inline bool unicast_v4(__be32 address)
{
	__u32 host = bpf_ntohl(address);

	return host >> 24 != 0 && host >> 24 != 127 && host >> 16 != 0xa9fe && host >> 28 != 0xe && host != 0xffffffff;
}

/* Neither unspecified, loopback, link-local nor multicast. */
static __always_inline bool unicast_v6(const union xtr_address *address)
{
	__u32 first = bpf_ntohl(address->word[0]);

	if (first >> 24 == 0xff || first >> 22 == 0xfe80 >> 6)
		return false;
	return address->half[0] || address->word[2] || bpf_ntohl(address->word[3]) > 1;
}

static __always_inline bool unicast(__u32 family, const union xtr_address *address)
{
	return family == 4 ? unicast_v4(address->word[0]) : unicast_v6(address);
}

#endif
