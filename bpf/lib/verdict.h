/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a step returns: an XDP action, or a number below 0 that says which step follows. */
#ifndef XTR_LIB_VERDICT_H
#define XTR_LIB_VERDICT_H

#include <linux/bpf.h>

#define XTR_GO_ON      (-1) /* the next one */
#define XTR_DELIVER    (-2) /* decapsulated, to a local EID */
#define XTR_STALE      (-3) /* decapsulated, to an EID that is not here (any more) */
#define XTR_UNRESOLVED (-4) /* encapsulated, and the neighbour has to be resolved first */
#define XTR_OVERSIZED  (-5) /* too big for the path, mtu_bytes of the packet says what would fit; not touched */
#define XTR_EXPIRED    (-6) /* decapsulated, and its TTL is used up */

#endif
