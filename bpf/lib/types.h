/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Puts those types of layout.h and reasons.h into BTF that no map mentions: the TypeScript side is generated from it.
 */
#ifndef XTR_LIB_TYPES_H
#define XTR_LIB_TYPES_H

#include "../layout.h"
#include "../reasons.h"

/* Nobody calls them, so they are not loaded; their prototypes are what counts. */
void xtr_types_of_layout(const struct xtr_punt *punt, enum xtr_constants constants, enum xtr_action action,
			 enum xtr_eid_kind kind, enum xtr_eid_flag flag)
{
}

void xtr_types_of_index(enum xtr_index_constants constants, enum xtr_index_table table, enum xtr_index_kind kind,
			enum xtr_delivery_kind delivery_kind)
{
}

void xtr_types_of_reasons(enum xtr_role role, enum xtr_punt_reason punt_reason, enum xtr_reason reason,
			  enum xtr_punt_outcome outcome)
{
}

#endif
