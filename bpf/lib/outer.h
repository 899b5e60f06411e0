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
static __always_inline struct xtr_tunnel *find_tunnel(struct ethhdr *eth, void *end)
{
	void *at = eth + 1;
	struct ipv6hdr *ipv6 = at;
	struct iphdr *ipv4 = at;

	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)(ipv4 + 1) > end || ipv4->protocol != IPPROTO_UDP || ipv4->ihl < 5)
			return NULL;
		if (ipv4->frag_off & bpf_htons(IPV4_FRAGMENT))
			return NULL;
		return at + small_offset(ipv4->ihl * 4);
	}
	if (eth->h_proto != bpf_htons(ETH_P_IPV6) || (void *)(ipv6 + 1) > end || ipv6->nexthdr != IPPROTO_UDP)
		return NULL;
	return (void *)(ipv6 + 1);
}

/* One of our RLOCs is where it goes to. */
static __always_inline bool is_to_us(struct ethhdr *eth, void *end)
{
	struct xtr_rloc rloc = {};
	struct ipv6hdr *ipv6 = (void *)(eth + 1);
	struct iphdr *ipv4 = (void *)(eth + 1);

	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)(ipv4 + 1) > end)
			return false;
		rloc.family = 4;
		__builtin_memcpy(rloc.address, &ipv4->daddr, sizeof(ipv4->daddr));
	} else {
		if ((void *)(ipv6 + 1) > end)
			return false;
		rloc.family = 6;
		__builtin_memcpy(rloc.address, &ipv6->daddr, sizeof(ipv6->daddr));
	}
	return bpf_map_lookup_elem(&xtr_local_rlocs, &rloc);
}

/* To UDP port 4341. */
static __always_inline bool is_lisp_data(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_data(ctx);
	void *end = packet_end(ctx);
	struct xtr_tunnel *tunnel;

	if ((void *)(eth + 1) > end)
		return false;
	tunnel = find_tunnel(eth, end);
	return tunnel && (void *)(&tunnel->udp + 1) <= end && tunnel->udp.dest == bpf_htons(LISP_DATA_PORT);
}

/* For this router: one of our RLOCs, the MAC address of an RLOC-facing interface, which `mac` is then. */
static __always_inline bool is_for_us(struct xdp_md *ctx, __u8 mac[ETH_ALEN])
{
	const struct xtr_interface *interface;
	struct ethhdr *eth = packet_data(ctx);
	void *end = packet_end(ctx);

	if ((void *)(eth + 1) > end || !is_to_us(eth, end))
		return false;
	interface = interface_of(ctx->ingress_ifindex);
	if (!interface || !(interface->roles & XTR_ROLE_RLOC) || !is_for(interface, eth))
		return false;
	__builtin_memcpy(mac, interface->mac, ETH_ALEN);
	return true;
}

/*
 * False: broken. The UDP checksum is not verified, zero or not, which RFC 9300 leaves to us (9300-5.3-03, -05, -07).
 * The payload of UDP is what counts: what comes behind it in the frame or IP packet is not part of the tunnel.
 */
static __always_inline bool parse_outer(struct xdp_md *ctx, struct xtr_outer *outer)
{
	struct ethhdr *eth = packet_data(ctx);
	void *at = eth + 1;
	void *end = packet_end(ctx);
	__u32 udp_bytes;

	if (at > end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_IP) ? !parse_ipv4(ctx, at, &outer->ip) : !parse_ipv6(ctx, at, &outer->ip))
		return false;
	if (!unicast(outer->ip.family, &outer->ip.source))
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
