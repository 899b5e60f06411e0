/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Packets from EIDs: which are ours to carry, where their source belongs, what the map-cache says of the destination.
 */
#ifndef XTR_LIB_EID_PATH_H
#define XTR_LIB_EID_PATH_H

#include "answer.h"
#include "eid.h"
#include "fast/encap.h"
#include "flow_hash.h"
#include "interface.h"
#include "tunnel_path.h"

/* False: the kernel's. ARP, VLAN tags and all that is not a sound IP packet to be routed. */
static __always_inline bool parse_from_eid(struct xdp_md *ctx, struct xtr_packet *packet)
{
	void *end = packet_end(ctx);
	struct xtr_link link;
	void *at;

	if (!link_of(ctx, &link))
		return false;
	at = layer3(ctx, link.vlan);
	packet->vlan = link.vlan;
	if (!parse_ip(ctx, at, packet->frame_bytes - link_bytes(link.vlan), link_family(&link), &packet->ip))
		return false;
	if (!is_linear(ctx, packet->frame_bytes, at + small_offset(packet->ip.header_bytes) + HASH_BYTES))
		return false;
	if (packet->ip.ttl <= 1 || is_neighbour_discovery(&packet->ip, at, end))
		return false;
	hash_flow(packet, at, end);
	return true;
}

/* False: the kernel's. Not from an EID-facing interface, not for this router, or not to be routed. */
static __always_inline bool enter_instance(struct xdp_md *ctx, struct xtr_packet *packet)
{
	const struct xtr_interface *interface = interface_of(ctx->ingress_ifindex, packet->vlan);
	struct ethhdr *eth = packet_data(ctx);

	if (!interface || !(interface->roles & XTR_ROLE_EID) || (void *)(eth + 1) > packet_end(ctx) ||
	    !is_for(interface, eth))
		return false;
	packet->instance_id = interface->instance_id;
	return unicast(packet->ip.family, &packet->ip.source) && unicast(packet->ip.family, &packet->ip.destination);
}

/* The status bits are those of the longest match of the source EID (9300-5.3-14). */
static __always_inline int check_source(struct xdp_md *ctx, const struct xtr_packet *packet, struct xtr_encap *encap)
{
	const struct xtr_local_eid *source = local_eid(packet, &packet->ip.source);

	if (!source)
		return pass(packet, XTR_REASON_TO_KERNEL);
	encap->status_bits = source->status_bits;
	if (source->kind == XTR_EID_LOCAL) {
		if (source->flags & XTR_EID_FLAG_STATUS_BITS)
			encap->l_flag = LISP_FLAG_L;
		return XTR_GO_ON;
	}
	punt(ctx, packet, XTR_PUNT_EID_DETECTED); /* new here, or away and come back */
	return XTR_GO_ON;
}

/* By tries and routes. A global function, so that its stack is its own and verifiers go through it once. */
__noinline int slow_eid_path(struct xdp_md *ctx)
{
	struct xtr_packet packet = {.frame_bytes = frame_bytes(ctx)};
	struct xtr_encap encap = {};
	int verdict;

	if (!parse_from_eid(ctx, &packet))
		return pass(&packet, XTR_REASON_TO_KERNEL);
	encap.snapshot = cache_snapshot();
	if (!enter_instance(ctx, &packet))
		return pass(&packet, XTR_REASON_TO_KERNEL);
	verdict = check_source(ctx, &packet, &encap);
	if (verdict != XTR_GO_ON)
		return verdict;
	verdict = choose_by_map_cache(ctx, &packet, encap.snapshot.counters, &encap.choice);
	if (verdict != XTR_GO_ON)
		return verdict;
	verdict = tunnel_path(ctx, packet.frame_bytes, &packet, &encap, XTR_REASON_ENCAPSULATED);
	return answer(ctx, &packet, verdict);
}

static __always_inline int eid_path(struct xdp_md *ctx)
{
	int verdict = fast_encap(ctx);

	return verdict == XTR_GO_ON ? slow_eid_path(ctx) : verdict;
}

#endif
