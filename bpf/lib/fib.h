/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Next hops from the kernel's routes and neighbours, and the redirect to the egress interface.
 *
 * The lookup is the plain one, as for a packet that comes in on route.origin. BPF_FIB_LOOKUP_OUTPUT would bind the
 * result to the interface in params.ifindex, which has to be a real one: the egress is what is asked for, so it cannot
 * be given. Plain also keeps to the forwarding setting of that interface and to policy rules on it.
 */
#ifndef XTR_LIB_FIB_H
#define XTR_LIB_FIB_H

#include "stats.h"
#include "verdict.h"

/* Of <sys/socket.h>, which does not compile for BPF. */
#define AF_INET	 2
#define AF_INET6 10

/* What the route depends on. */
struct xtr_route {
	const union xtr_address *source;
	const union xtr_address *destination;
	__u32 origin; /* ifindex */
	__u32 family;
	__u8 tos;
	__u8 protocol;
	__be16 source_port; /* 0 where they are not looked at */
	__be16 destination_port;
};

/* total_bytes: of the packet, for the MTU of the route. */
static __always_inline long ask_fib(struct xdp_md *ctx, const struct xtr_route *route, __u16 total_bytes,
				    struct bpf_fib_lookup *fib)
{
	__builtin_memset(fib, 0, sizeof(*fib));
	/*
	 * Some verifiers (seen with Linux 6.16 and 6.17) do not know that the helper writes: what they saw become zero
	 * stays so for them, and they compile the check of the MAC address below to a jump that is always taken.
	 */
	fib->dmac[0] = fib->dmac[4] = (__u8)ctx->ingress_ifindex;
	fib->l4_protocol = route->protocol;
	fib->sport = route->source_port;
	fib->dport = route->destination_port;
	fib->tot_len = total_bytes;
	fib->ifindex = route->origin;
	if (route->family == 4) {
		fib->family = AF_INET;
		fib->tos = route->tos;
		fib->ipv4_src = route->source->word[0];
		fib->ipv4_dst = route->destination->word[0];
	} else {
		fib->family = AF_INET6;
		fib->flowinfo = bpf_htonl((__u32)route->tos << 20);
		__builtin_memcpy(fib->ipv6_src, route->source, sizeof(fib->ipv6_src));
		__builtin_memcpy(fib->ipv6_dst, route->destination, sizeof(fib->ipv6_dst));
	}
	return bpf_fib_lookup(ctx, fib, sizeof(*fib), 0);
}

/*
 * A BPF_FIB_LKUP_RET code; fib holds egress interface, MAC addresses and, in mtu_result, the MTU of link or locked
 * route. It is for the caller to compare: the kernel's FRAG_NEEDED does not name the egress interface. So it is asked
 * for one byte, and tells the MTU; for a neighbour that is not resolved it does not, and is asked again for the most.
 */
static __always_inline long fib_lookup(struct xdp_md *ctx, const struct xtr_route *route, struct bpf_fib_lookup *fib)
{
	long result = ask_fib(ctx, route, 1, fib);
	__u32 egress = fib->ifindex;

	/* Kernels before 6.2 say success and a MAC address of zero for a neighbour that is still being resolved. */
	if (result == BPF_FIB_LKUP_RET_SUCCESS && (*(__u32 *)fib->dmac || *(__u16 *)(fib->dmac + 4)))
		return result;
	if (result != BPF_FIB_LKUP_RET_SUCCESS && result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return result;
	ask_fib(ctx, route, 0xffff, fib);
	fib->ifindex = egress;
	return BPF_FIB_LKUP_RET_NO_NEIGH;
}

/* Agents keep xtr_ports complete; an interface made a moment ago may be missing. */
static __always_inline int redirect_to(__u32 ifindex)
{
	int verdict = bpf_redirect_map(&xtr_ports, ifindex, XDP_ABORTED);

	return verdict == XDP_REDIRECT ? verdict : bpf_redirect(ifindex, 0);
}

static __always_inline int redirect(const struct xtr_packet *packet, __u32 ifindex, enum xtr_reason reason)
{
	return leave(packet, reason, redirect_to(ifindex));
}

/* False: no Ethernet header, which cannot happen. */
static __always_inline bool write_macs(struct xdp_md *ctx, const struct bpf_fib_lookup *fib)
{
	struct ethhdr *eth = packet_data(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return false;
	__builtin_memcpy(eth->h_dest, fib->dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib->smac, ETH_ALEN);
	return true;
}

#endif
