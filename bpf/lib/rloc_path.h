/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * LISP data packets: checked, decapsulated, and delivered, re-encapsulated or shown to user space as stale. The steps
 * of the slow path are global functions, one after the other, so that their stacks are not on top of each other.
 */
#ifndef XTR_LIB_RLOC_PATH_H
#define XTR_LIB_RLOC_PATH_H

#include "answer.h"
#include "core_icmp.h"
#include "decap.h"
#include "deliver.h"
#include "ecn.h"
#include "eid.h"
#include "fast/decap.h"
#include "flow_hash.h"
#include "outer.h"
#include "tunnel_path.h"

/* Two IPv4 headers with all options, the tunnel between them, and ports. */
#define MOST_HEADER_BYTES (60 + sizeof(struct xtr_tunnel) + 60 + HASH_BYTES)

/* The inner header, its instance, and what it is wrapped in; or the reason why not. */
static __always_inline int parse_lisp_data(struct xdp_md *ctx, const struct xtr_link *link, struct xtr_packet *packet,
					   struct xtr_outer *outer)
{
	void *end = packet_end(ctx);
	__u8 *version;

	if (!parse_outer(ctx, packet->frame_bytes, link, outer))
		return XTR_REASON_BAD_OUTER;
	if (outer->tunnel->lisp.flags & LISP_FLAG_KK)
		return XTR_REASON_BAD_LISP_FLAGS;
	packet->instance_id = lisp_instance_id(&outer->tunnel->lisp);
	packet->outer_source = outer->ip.source;
	packet->outer_family = outer->ip.family;

	version = outer->inner;
	if ((void *)(version + 1) > end || !parse_ip(ctx, version, outer->inner_bytes, *version >> 4, &packet->ip))
		return XTR_REASON_BAD_INNER;
	return XTR_GO_ON;
}

/* The TTL becomes the lower one of both (9300-5.3-17), DSCP and ECN see ecn.h. */
static __always_inline int open_tunnel(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_outer *outer)
{
	__u8 ttl = outer->ip.ttl < packet->ip.ttl ? outer->ip.ttl : packet->ip.ttl;
	int tos = tos_decapsulated(outer->ip.tos, packet->ip.tos);

	if (tos < 0)
		return drop(packet, XTR_REASON_ECN_DROP);
	if (!decapsulate(ctx, packet, outer->ip.header_bytes, tos, ttl))
		return drop(packet, XTR_REASON_INTERNAL);
	return XTR_GO_ON;
}

/*
 * Checks and decapsulates. XTR_GO_ON: not for us, and not touched; XTR_DELIVER, XTR_STALE. The arrival is zero before,
 * and never NULL.
 */
__noinline int receive(struct xdp_md *ctx, struct xtr_arrival *arrival)
{
	const struct xtr_local_eid *eid;
	struct xtr_packet *packet = &arrival->packet;
	struct xtr_outer outer;
	struct xtr_link link;
	int fault, verdict;

	if (!arrival || !link_of(ctx, &link))
		return XTR_GO_ON;
	packet->frame_bytes = frame_bytes(ctx);
	packet->vlan = link.vlan;
	arrival->link = link.key;
	fault = parse_lisp_data(ctx, &link, packet, &outer);
	if (fault == XTR_GO_ON) {
		arrival->rloc = outer.ip.destination;
		delivery_reserve(arrival);
		hash_flow(packet, outer.inner, packet_end(ctx));
		if (!unicast(packet->ip.family, &packet->ip.source)) /* the cache has deliveries of no others */
			fault = XTR_REASON_BAD_INNER;
	} else if (!is_linear(ctx, packet->frame_bytes, layer3(ctx, link.vlan) + MOST_HEADER_BYTES)) {
		fault = XTR_REASON_TO_KERNEL;
	}
	if (!is_for_us(ctx, &link))
		return XTR_GO_ON;
	if (fault == XTR_REASON_TO_KERNEL)
		return pass(packet, fault);
	if (fault != XTR_GO_ON)
		return drop(packet, fault);
	eid = local_eid(packet, &packet->ip.destination);
	if (!eid)
		return drop(packet, XTR_REASON_NOT_OUR_EID);
	arrival->locator_set = eid->kind == XTR_EID_AWAY ? eid->locator_set : XTR_NONE;
	verdict = open_tunnel(ctx, packet, &outer);
	if (verdict != XTR_GO_ON)
		return verdict;
	return eid->kind == XTR_EID_LOCAL ? XTR_DELIVER : XTR_STALE;
}

/* TTL and ECN as after a decapsulation and a new encapsulation (9300-5.3-20, -D11). arrival is never NULL. */
__noinline int reencapsulate(struct xdp_md *ctx, struct xtr_arrival *arrival)
{
	struct xtr_packet *packet = &arrival->packet;
	struct xtr_encap encap = {};
	int verdict;

	if (!arrival)
		return XDP_ABORTED;
	encap.snapshot = cache_snapshot(); /* before the locator-set is read */
	if (packet->ip.ttl <= 1)
		return XTR_EXPIRED;
	verdict = choose_locator(packet, arrival->locator_set, &encap.choice);
	if (verdict != XTR_GO_ON)
		return verdict;
	return tunnel_path(ctx, frame_bytes(ctx), packet, &encap, XTR_REASON_REENCAPSULATED);
}

/*
 * To an EID that is not here (any more): user space answers the sender with an SMR. Where the new locators are known
 * the packet goes on to them.
 */
static __always_inline int stale(struct xdp_md *ctx, struct xtr_arrival *arrival)
{
	punt(ctx, &arrival->packet, XTR_PUNT_STALE);
	if (arrival->locator_set == XTR_NONE)
		return drop(&arrival->packet, XTR_REASON_STALE);
	return answer(ctx, &arrival->packet, reencapsulate(ctx, arrival));
}

/* By tries and routes. */
__noinline int slow_rloc_path(struct xdp_md *ctx)
{
	struct xtr_arrival arrival = {};
	int verdict = receive(ctx, &arrival);

	if (verdict == XTR_DELIVER)
		return answer(ctx, &arrival.packet, deliver(ctx, &arrival));
	return verdict == XTR_STALE ? stale(ctx, &arrival) : verdict;
}

/* XTR_GO_ON: no LISP data for us, and not touched. */
static __always_inline int rloc_path(struct xdp_md *ctx)
{
	struct xtr_link link;
	int verdict;

	if (!link_of(ctx, &link))
		return XTR_GO_ON;
	if (!is_lisp_data(ctx, &link)) {
		watch_core_icmp(ctx, &link);
		return XTR_GO_ON;
	}
	verdict = fast_decap(ctx);
	return verdict == XTR_GO_ON ? slow_rloc_path(ctx) : verdict;
}

#endif
