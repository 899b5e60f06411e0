/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Interfaces of the router, by their role and instance. */
#ifndef XTR_LIB_INTERFACE_H
#define XTR_LIB_INTERFACE_H

#include "../maps.h"
#include "packet.h"

static __always_inline const struct xtr_interface *interface_of(__u32 ifindex)
{
	return bpf_map_lookup_elem(&xtr_interfaces, &ifindex);
}

/* Promiscuous interfaces and shared media show frames that are not ours to route. */
static __always_inline bool is_for(const struct xtr_interface *interface, const struct ethhdr *eth)
{
	const __u16 *mac = (const __u16 *)interface->mac;
	const __u16 *destination = (const __u16 *)eth->h_dest;

	return mac[0] == destination[0] && mac[1] == destination[1] && mac[2] == destination[2];
}

#endif
