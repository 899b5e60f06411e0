/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a step returns: an XDP action, or 'go on' to the next step. */
#ifndef XTR_LIB_VERDICT_H
#define XTR_LIB_VERDICT_H

#include <linux/bpf.h>

#define XTR_GO_ON (-1)

#endif
