/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames for user space, through the ring buffer. Three bounds: one punt per EID and outer source in an interval, a
 * token bucket per CPU and reason, and the room in the ring. Each outcome has its counter, beside the reason that
 * counts the packet itself.
 */
#ifndef XTR_LIB_PUNT_H
#define XTR_LIB_PUNT_H

#include "stats.h"

#define NS_PER_MS 1000000ULL
#define NS_PER_S  1000000000ULL

/* Room for the frame in a record, so that short frames do not use up the ring. The largest is XTR_PUNT_BYTES. */
#define PUNT_SMALL_BYTES 256
#define PUNT_USUAL_BYTES 2048

static __always_inline void punt_key(struct xtr_punted *key, const struct xtr_packet *packet,
				     enum xtr_punt_reason reason)
{
	const union xtr_address *eid = &packet->ip.destination;
	const union xtr_address *peer = &packet->outer_source;

	if (reason == XTR_PUNT_EID_DETECTED)
		eid = &packet->ip.source;
	if (reason == XTR_PUNT_TOO_BIG || reason == XTR_PUNT_TTL_EXPIRED)
		peer = &packet->ip.source;
	key->reason = reason;
	key->instance_id = packet->instance_id;
	__builtin_memcpy(key->eid, eid, sizeof(key->eid));
	__builtin_memcpy(key->peer, peer, sizeof(key->peer));
}

/* Takes one token. tokens_ns counts in the time that tokens take to come back, so that nothing is rounded away. */
static __always_inline bool take_token(const struct xtr_punt_limit *limit, __u32 reason, __u64 now)
{
	struct xtr_token_bucket *bucket = bpf_map_lookup_elem(&xtr_punt_buckets, &reason);
	__u64 token_ns, tokens_ns;

	if (!bucket || !limit->rate_pps)
		return false;
	token_ns = NS_PER_S / limit->rate_pps;
	tokens_ns = bucket->tokens_ns + (now - bucket->last_ns);
	if (tokens_ns > token_ns * limit->burst)
		tokens_ns = token_ns * limit->burst;
	bucket->last_ns = now;
	bucket->tokens_ns = tokens_ns;
	if (tokens_ns < token_ns)
		return false;
	bucket->tokens_ns = tokens_ns - token_ns;
	return true;
}

/* Room is a power of two. */
static __always_inline __u32 copy_buffers(struct xdp_md *ctx, __u8 *to, const __u32 room)
{
	__u64 bytes = frame_bytes(ctx), mask = room - 1;

	if (!bytes)
		return 0;
	if (bytes > room)
		bytes = room;
	/* The verifier of Linux 6.1 has to see that there is one byte at least, and no compiler may drop the mask. */
	bytes--;
	asm volatile("%0 &= %1" : "+r"(bytes) : "r"(mask));
	bytes++;
	return bpf_xdp_load_bytes(ctx, 0, to, bytes) ? 0 : bytes;
}

/* In words of eight bytes, then bytes: loops that end where verifiers of Linux 5.15 can see it. */
static __always_inline __u32 copy_linear(struct xdp_md *ctx, __u8 *to, const __u32 room)
{
	const __u8 *at = packet_data(ctx);
	const __u8 *end = packet_end(ctx);
	__u32 copied = 0;

	for (__u32 i = 0; i < room / 8; i++) {
		if (at + copied + 8 > end)
			break;
		*(__u64 *)(to + copied) = *(const __u64 *)(at + copied);
		copied += 8;
	}
	for (__u32 i = 0; i < 7; i++) {
		if (copied >= room || at + copied + 1 > end)
			break;
		to[copied] = at[copied];
		copied++;
	}
	return copied;
}

static __always_inline bool write_record(struct xdp_md *ctx, const struct xtr_packet *packet,
					 enum xtr_punt_reason reason, __u64 now, const __u32 room)
{
	struct xtr_punt *record = bpf_ringbuf_reserve(&xtr_punts, sizeof(*record) + room, 0);

	if (!record)
		return false;
	record->time_ns = now;
	record->reason = reason;
	record->ifindex = ctx->ingress_ifindex;
	record->instance_id = packet->instance_id;
	record->packet_bytes = frame_bytes(ctx);
	record->eid_family = packet->ip.family;
	record->rloc_family = packet->outer_family;
	record->mtu_bytes = packet->mtu_bytes;
	__builtin_memcpy(record->source_eid, &packet->ip.source, sizeof(record->source_eid));
	__builtin_memcpy(record->destination_eid, &packet->ip.destination, sizeof(record->destination_eid));
	__builtin_memcpy(record->outer_source, &packet->outer_source, sizeof(record->outer_source));
	if (xtr_multi_buffer && (room > PUNT_USUAL_BYTES || frame_bytes(ctx) != linear_bytes(ctx)))
		record->captured_bytes = copy_buffers(ctx, (__u8 *)(record + 1), room);
	else if (room <= PUNT_USUAL_BYTES)
		record->captured_bytes = copy_linear(ctx, (__u8 *)(record + 1), room);
	else
		record->captured_bytes = 0; /* never: only frames of kernels with bpf_xdp_load_bytes get such room */
	bpf_ringbuf_submit(record, 0);
	return true;
}

/*
 * Returns enum xtr_punt_outcome. A global function, so that verifiers go through its loops once and not once for each
 * caller's state; that is why packet could be NULL here.
 */
__noinline __u32 try_punt(struct xdp_md *ctx, const struct xtr_packet *packet, __u32 reason)
{
	__u32 zero = 0;
	const struct xtr_settings *settings = bpf_map_lookup_elem(&xtr_settings, &zero);
	const struct xtr_punt_limit *limit;
	struct xtr_punted key;
	const __u64 *last;
	__u64 now = bpf_ktime_get_ns();
	bool written;

	if (!packet || !settings || reason >= XTR_PUNT_REASONS)
		return XTR_PUNT_OUTCOME_INTERNAL;
	limit = &settings->punt[reason];
	if (limit->interval_ms) {
		punt_key(&key, packet, reason);
		last = bpf_map_lookup_elem(&xtr_punt_times, &key);
		if (last && now - *last < limit->interval_ms * NS_PER_MS)
			return XTR_PUNT_OUTCOME_SUPPRESSED;
	}
	if (!take_token(limit, reason, now))
		return XTR_PUNT_OUTCOME_RATE_LIMITED;
	if (frame_bytes(ctx) <= PUNT_SMALL_BYTES)
		written = write_record(ctx, packet, reason, now, PUNT_SMALL_BYTES);
	else if (frame_bytes(ctx) <= PUNT_USUAL_BYTES || !xtr_multi_buffer)
		written = write_record(ctx, packet, reason, now, PUNT_USUAL_BYTES);
	else
		written = write_record(ctx, packet, reason, now, XTR_PUNT_BYTES);
	if (!written)
		return XTR_PUNT_OUTCOME_RING_FULL;
	if (limit->interval_ms)
		bpf_map_update_elem(&xtr_punt_times, &key, &now, BPF_ANY);
	return XTR_PUNT_OUTCOME_PUNTED;
}

static __always_inline void punt(struct xdp_md *ctx, const struct xtr_packet *packet, enum xtr_punt_reason reason)
{
	count(&xtr_punt_counters, try_punt(ctx, packet, reason), frame_bytes(ctx));
}

#endif
