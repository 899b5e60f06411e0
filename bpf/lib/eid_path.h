/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Packets from EIDs: which are ours to carry, where their source belongs, what the map-cache says of the destination.
 */
#ifndef XTR_LIB_EID_PATH_H
#define XTR_LIB_EID_PATH_H

#include "eid.h"
#include "flow_hash.h"
#include "fast_encap.h"
#include "interface.h"
#include "tunnel_path.h"

/* False: the kernel's. ARP, VLAN tags and all that is not a sound IP packet to be routed. */
static __always_inline bool parse_from_eid(struct xdp_md *ctx, struct xtr_packet *packet)
{
	struct ethhdr *eth = packet_data(ctx);
	void *at = eth + 1;
	void *end = packet_end(ctx);

	if (at > end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (!parse_ipv4(ctx, at, &packet->ip))
			return false;
	} else if (eth->h_proto != bpf_htons(ETH_P_IPV6) || !parse_ipv6(ctx, at, &packet->ip)) {
		return false;
	}
	if (packet->ip.ttl <= 1 || is_neighbour_discovery(&packet->ip, at, end))
		return false;
	hash_flow(packet, at, end);
	return true;
}

/* False: the kernel's. Not from an EID-facing interface, not for this router, or not to be routed. */
static __always_inline bool enter_instance(struct xdp_md *ctx, struct xtr_packet *packet)
{
	const struct xtr_interface *interface = interface_of(ctx->ingress_ifindex);
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

/* Everything but XTR_ACTION_ENCAPSULATE. */
static __always_inline int decide(struct xdp_md *ctx, const struct xtr_packet *packet,
				  const struct xtr_mapping *mapping)
{
	if (!mapping)
		return pass(packet, XTR_REASON_NO_MAPPING);
	switch (mapping->action) {
	case XTR_ACTION_ENCAPSULATE:
		return XTR_GO_ON;
	case XTR_ACTION_DROP:
		return drop(packet, XTR_REASON_DROP_ACTION);
	case XTR_ACTION_FORWARD_NATIVE:
		return pass(packet, XTR_REASON_FORWARD_NATIVE);
	case XTR_ACTION_SEND_MAP_REQUEST:
		punt(ctx, packet, XTR_PUNT_MAP_CACHE_MISS);
		return drop(packet, XTR_REASON_MAP_CACHE_MISS);
	case XTR_ACTION_LOCAL:
		return pass(packet, XTR_REASON_LOCAL_EID);
	default:
		return drop(packet, XTR_REASON_INTERNAL);
	}
}

/* By tries and routes. A global function, so that its stack is its own and verifiers see it once. */
__noinline int slow_eid_path(struct xdp_md *ctx)
{
	struct xtr_packet packet = {.frame_bytes = packet_bytes(ctx)};
	struct xtr_encap encap = {};
	const struct xtr_mapping *mapping;
	int verdict;

	if (!parse_from_eid(ctx, &packet))
		return pass(&packet, XTR_REASON_TO_KERNEL);
	encap.moment = memory_now();
	if (!enter_instance(ctx, &packet))
		return pass(&packet, XTR_REASON_TO_KERNEL);
	verdict = check_source(ctx, &packet, &encap);
	if (verdict != XTR_GO_ON)
		return verdict;
	mapping = map_cache(&packet);
	verdict = decide(ctx, &packet, mapping);
	if (verdict != XTR_GO_ON)
		return verdict;
	verdict = choose_locator(&packet, mapping->locator_set, &encap.choice);
	if (verdict != XTR_GO_ON)
		return verdict;
	count(&xtr_mapping_counters, encap.moment.counters + mapping->counter, packet.ip.total_bytes);
	return tunnel_path(ctx, &packet, &encap, XTR_REASON_ENCAPSULATED);
}

static __always_inline int eid_path(struct xdp_md *ctx)
{
	int verdict = fast_encap(ctx);

	return verdict == XTR_GO_ON ? slow_eid_path(ctx) : verdict;
}

#endif
