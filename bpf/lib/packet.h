/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the slow path knows of the packet it handles. */
#ifndef XTR_LIB_PACKET_H
#define XTR_LIB_PACKET_H

#include "address.h"
#include "frame.h"

struct xtr_ip {
	union xtr_address source;
	union xtr_address destination;
	__u32 family;	    /* 4 or 6 */
	__u32 header_bytes; /* IPv4 options included, IPv6 extension headers not */
	__u32 total_bytes;  /* header and payload, without the padding of short frames */
	__u8 tos;	    /* DSCP and ECN */
	__u8 ttl;
	__u8 protocol;
	__u8 fragment; /* first or later */
};

struct xtr_packet {
	struct xtr_ip ip; /* the header between EIDs: the inner one where the packet is encapsulated */
	union xtr_address outer_source;
	__u32 instance_id;
	__u32 frame_bytes;  /* as received */
	__u32 flow;	    /* flow hash, once known */
	__u32 mtu_bytes;    /* what would fit, of a packet that is too big */
	__u16 outer_family; /* 0 when the packet did not come encapsulated */
	__u16 vlan;	    /* of the link header: VLAN ID, or VLAN_UNTAGGED */
};

#endif
