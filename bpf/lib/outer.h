/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* LISP data packets told from all others, and the checks of their outer headers (RFC 9300 4.2 and 5.3). */
#ifndef XTR_LIB_OUTER_H
#define XTR_LIB_OUTER_H

#include "interface.h"
#include "lisp.h"
#include "parse.h"

struct xtr_outer {
	struct xtr_ip ip;
	const struct xtr_tunnel *tunnel;
	void *inner;
	__u32 inner_bytes; /* what UDP carries behind the LISP header */
};

/*
 * Where the UDP header is, or NULL: not UDP, in fragments (the kernel puts them together first), or too short. IPv6
 * extension headers before UDP are the kernel's too.
 */
static __always_inline struct xtr_tunnel *find_tunnel(void *at, __u32 family, void *end)
{
	struct ipv6hdr *ipv6 = at;
	struct iphdr *ipv4 = at;

	if (family == 4) {
		if ((void *)(ipv4 + 1) > end || ipv4->protocol != IPPROTO_UDP || ipv4->ihl < 5)
			return NULL;
		if (ipv4->frag_off & bpf_htons(IPV4_FRAGMENT))
			return NULL;
		return at + small_offset(ipv4->ihl * 4);
	}
	if ((void *)(ipv6 + 1) > end || ipv6->nexthdr != IPPROTO_UDP)
		return NULL;
	return (void *)(ipv6 + 1);
}

/* One of our RLOCs is where it goes to. */
static __always_inline bool is_to_us(const void *at, __u32 family, const void *end)
{
	struct xtr_rloc rloc = {.family = family};
	const struct ipv6hdr *ipv6 = at;
	const struct iphdr *ipv4 = at;

	if (family == 4) {
		if ((const void *)(ipv4 + 1) > end)
			return false;
		__builtin_memcpy(rloc.address, &ipv4->daddr, sizeof(ipv4->daddr));
	} else {
		if ((const void *)(ipv6 + 1) > end)
			return false;
		__builtin_memcpy(rloc.address, &ipv6->daddr, sizeof(ipv6->daddr));
	}
	return bpf_map_lookup_elem(&xtr_local_rlocs, &rloc);
}

/* To UDP port 4341. */
static __always_inline bool is_lisp_data(struct xdp_md *ctx, const struct xtr_link *link)
{
	void *end = packet_end(ctx);
	struct xtr_tunnel *tunnel;

	tunnel = find_tunnel(layer3(ctx, link->vlan), link_family(link), end);
	return tunnel && (void *)(&tunnel->udp + 1) <= end && tunnel->udp.dest == tunnel_port(XTR_FORMAT_LISP);
}

/* For this router: to one of our RLOCs, and to the MAC address of an RLOC-facing interface. */
static __always_inline bool is_for_us(struct xdp_md *ctx, const struct xtr_link *link)
{
	const struct xtr_interface *interface;
	struct ethhdr *eth = packet_data(ctx);
	void *end = packet_end(ctx);

	if ((void *)(eth + 1) > end || !is_to_us(layer3(ctx, link->vlan), link_family(link), end))
		return false;
	interface = interface_of(ctx->ingress_ifindex, link->vlan);
	return interface && interface->roles & XTR_ROLE_RLOC && is_for(interface, eth);
}

/*
 * False: broken. The UDP checksum is not verified, zero or not, which RFC 9300 leaves to us (9300-5.3-03, -05, -07).
 * The payload of UDP is what counts: what comes behind it in the frame or IP packet is not part of the tunnel.
 */
static __always_inline bool parse_outer(struct xdp_md *ctx, __u32 frame_bytes, const struct xtr_link *link,
					struct xtr_outer *outer)
{
	void *at = layer3(ctx, link->vlan);
	void *end = packet_end(ctx);
	__u32 udp_bytes;

	if (!parse_ip(ctx, at, frame_bytes - link_bytes(link->vlan), link_family(link), &outer->ip) ||
	    !unicast(outer->ip.family, &outer->ip.source))
		return false;
	outer->tunnel = at + small_offset(outer->ip.header_bytes);
	outer->inner = (void *)(outer->tunnel + 1);
	if (outer->inner > end)
		return false;
	udp_bytes = bpf_ntohs(outer->tunnel->udp.len);
	if (udp_bytes < sizeof(struct xtr_tunnel) || outer->ip.header_bytes + udp_bytes > outer->ip.total_bytes)
		return false;
	outer->inner_bytes = udp_bytes - sizeof(struct xtr_tunnel);
	return true;
}

#endif
