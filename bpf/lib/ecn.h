/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* DSCP and ECN at the tunnel exit: DSCP of the outer header (9300-5.3-18), ECN by RFC 6040 figure 4 (9300-5.3-19). */
#ifndef XTR_LIB_ECN_H
#define XTR_LIB_ECN_H

#include <linux/types.h>

#define ECN_MASK    3
#define ECN_NOT_ECT 0
#define ECN_ECT_1   1
#define ECN_CE	    3

/* The TOS or traffic class of the decapsulated packet, or -1: to be dropped, congestion on a path that is not ECN's. */
static __always_inline int tos_decapsulated(__u8 outer, __u8 inner)
{
	__u8 outer_ecn = outer & ECN_MASK;
	__u8 ecn = inner & ECN_MASK;

	if (ecn == ECN_NOT_ECT) {
		if (outer_ecn == ECN_CE)
			return -1;
	} else if (outer_ecn == ECN_CE || (outer_ecn == ECN_ECT_1 && ecn != ECN_CE)) {
		ecn = outer_ecn;
	}
	return (outer & ~ECN_MASK) | ecn;
}

#endif
