/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From locator-set and flow to one locator (RFC 9300 12). Priorities and weights are in the buckets already. */
#ifndef XTR_LIB_LOCATOR_H
#define XTR_LIB_LOCATOR_H

#include "stats.h"
#include "verdict.h"

struct xtr_choice {
	const struct xtr_locator *locator;
	__u32 index; /* of xtr_locators and xtr_locator_counters */
};

static __always_inline int choose_locator(const struct xtr_packet *packet, __u32 locator_set, struct xtr_choice *choice)
{
	const struct xtr_locator_set *set = bpf_map_lookup_elem(&xtr_locator_sets, &locator_set);

	if (!set)
		return drop(packet, XTR_REASON_INTERNAL);
	choice->index = set->bucket[packet->flow % XTR_BUCKETS];
	if (choice->index == XTR_NONE)
		return drop(packet, XTR_REASON_NO_USABLE_LOCATOR);
	choice->locator = bpf_map_lookup_elem(&xtr_locators, &choice->index);
	if (!choice->locator)
		return drop(packet, XTR_REASON_INTERNAL);
	return XTR_GO_ON;
}

#endif
