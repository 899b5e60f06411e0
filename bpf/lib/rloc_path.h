/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* LISP data packets: checked, decapsulated, and delivered, re-encapsulated or shown to user space as stale. */
#ifndef XTR_LIB_RLOC_PATH_H
#define XTR_LIB_RLOC_PATH_H

#include "decap.h"
#include "deliver.h"
#include "ecn.h"
#include "eid.h"
#include "fast_decap.h"
#include "flow_hash.h"
#include "outer.h"
#include "tunnel_path.h"

/* The inner header, its instance, and what it is wrapped in; or the reason why not. */
static __always_inline int parse_lisp_data(struct xdp_md *ctx, struct xtr_packet *packet, struct xtr_outer *outer)
{
	void *end = packet_end(ctx);
	__u8 *version;

	if (!parse_outer(ctx, outer))
		return XTR_REASON_BAD_OUTER;
	if (outer->tunnel->lisp.flags & LISP_FLAG_KK)
		return XTR_REASON_BAD_LISP_FLAGS;
	packet->instance_id = lisp_instance_id(&outer->tunnel->lisp);
	packet->outer_source = outer->ip.source;
	packet->outer_family = outer->ip.family;

	version = outer->inner;
	if ((void *)(version + 1) > end)
		return XTR_REASON_BAD_INNER;
	if (*version >> 4 == 4 ? !parse_ipv4(ctx, version, &packet->ip) : !parse_ipv6(ctx, version, &packet->ip))
		return XTR_REASON_BAD_INNER;
	return packet->ip.total_bytes > outer->inner_bytes ? XTR_REASON_BAD_INNER : XTR_GO_ON;
}

/* The TTL becomes the lower one of both (9300-5.3-17), DSCP and ECN see ecn.h. */
static __always_inline int open_tunnel(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_outer *outer)
{
	__u8 ttl = outer->ip.ttl < packet->ip.ttl ? outer->ip.ttl : packet->ip.ttl;
	int tos = tos_decapsulated(outer->ip.tos, packet->ip.tos);

	if (tos < 0)
		return drop(packet, XTR_REASON_ECN_DROP);
	if (!decapsulate(ctx, &packet->ip, outer->ip.header_bytes, tos, ttl))
		return drop(packet, XTR_REASON_INTERNAL);
	return XTR_GO_ON;
}

/*
 * To an EID that is not here (any more): user space answers the sender with an SMR. Where the new locators are known
 * the packet goes on to them, TTL and ECN as after a decapsulation and a new encapsulation (9300-5.3-20, -D11).
 */
static __always_inline int stale(struct xdp_md *ctx, struct xtr_packet *packet, const struct xtr_local_eid *eid)
{
	struct xtr_encap encap = {};
	int verdict;

	punt(ctx, packet, XTR_PUNT_STALE);
	encap.moment = memory_now(); /* before the locator-set is read */
	if (eid->kind != XTR_EID_AWAY || eid->locator_set == XTR_NONE)
		return drop(packet, XTR_REASON_STALE);
	if (packet->ip.ttl <= 1)
		return drop(packet, XTR_REASON_TTL_EXPIRED);
	verdict = choose_locator(packet, eid->locator_set, &encap.choice);
	if (verdict != XTR_GO_ON)
		return verdict;
	return tunnel_path(ctx, packet, &encap, XTR_REASON_REENCAPSULATED);
}

/* LISP data, by tries and routes. A global function, so that its stack is its own and verifiers see it once. */
__noinline int slow_rloc_path(struct xdp_md *ctx)
{
	struct xtr_packet packet = {.frame_bytes = packet_bytes(ctx)};
	struct xtr_arrival arrival = {};
	const struct xtr_local_eid *eid;
	struct xtr_outer outer;
	int fault, verdict;

	fault = parse_lisp_data(ctx, &packet, &outer);
	if (fault == XTR_GO_ON) {
		delivery_begin(&packet, &arrival);
		hash_flow(&packet, outer.inner, packet_end(ctx));
		if (!unicast(packet.ip.family, &packet.ip.source)) /* deliveries are remembered of no others */
			fault = XTR_REASON_BAD_INNER;
	}
	if (!is_for_us(ctx, arrival.mac))
		return XTR_GO_ON;
	if (fault != XTR_GO_ON)
		return drop(&packet, fault);
	eid = local_eid(&packet, &packet.ip.destination);
	if (!eid)
		return drop(&packet, XTR_REASON_NOT_OUR_EID);
	verdict = open_tunnel(ctx, &packet, &outer);
	if (verdict != XTR_GO_ON)
		return verdict;
	if (eid->kind == XTR_EID_LOCAL)
		return deliver(ctx, &packet, &outer.ip.destination, &arrival);
	return stale(ctx, &packet, eid);
}

/* XTR_GO_ON: no LISP data for us, and not touched. */
static __always_inline int rloc_path(struct xdp_md *ctx)
{
	int verdict;

	if (!is_lisp_data(ctx))
		return XTR_GO_ON;
	verdict = fast_decap(ctx);
	return verdict == XTR_GO_ON ? slow_rloc_path(ctx) : verdict;
}

#endif
