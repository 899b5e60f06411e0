/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Longest match without the trie: a kernel trie takes 20 ns with one entry and 1,000 with a million.
 *
 * A prefix is in one of XTR_INDEX_PROBES buckets in a row, by the hash of its bits, length and instance. Which lengths
 * there are to be tried says a cell, by the hash of the first bits of the address; so most packets read one cell and
 * one bucket. A length is written as one bit: of lengths in a cell the lowest bit is the longest, and with it as a
 * number, minus the bit is the mask.
 *
 * The agent writes while packets read. A tag is written last, and is another one after each change: when it is the same
 * behind the reading of a slot as before it, the slot is too. That needs a processor that keeps loads and stores in
 * order, as x86 does; the agent indexes nothing on others.
 */
#ifndef XTR_LIB_INDEX_H
#define XTR_LIB_INDEX_H

#include "../maps.h"
#include "packet.h"

#define INDEX_MISS	  0ULL /* no prefix, or none is indexed: the trie knows */
#define INDEX_ASK_TRIE	  ((__u64)XTR_INDEX_TRIE)
#define INDEX_KIND_MASK	  ((1U << XTR_INDEX_KIND_BITS) - 1)
#define INDEX_TARGET_MASK ((1U << XTR_INDEX_TARGET_BITS) - 1)

/* What a lookup returns: the value of the slot, then its tag. */
static __always_inline __u32 index_kind(__u64 found)
{
	return found & INDEX_KIND_MASK;
}

static __always_inline __u32 index_target(__u64 found)
{
	return found >> XTR_INDEX_KIND_BITS & INDEX_TARGET_MASK;
}

static __always_inline __u32 index_value(__u64 found)
{
	return found >> 32;
}

static __always_inline const struct xtr_index *the_index(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&xtr_index, &zero);
}

static __always_inline __u32 index_mix(__u32 hash, const struct xtr_index *index)
{
	hash = (hash ^ hash >> 16) * index->seed[5];
	return hash ^ hash >> 15;
}

static __always_inline __u32 index_hash_v4(const struct xtr_index *index, __u32 address, __u32 scope)
{
	return index_mix(address * index->seed[0] ^ scope * index->seed[4], index);
}

static __always_inline __u32 index_hash_v6(const struct xtr_index *index, __u64 high, __u64 low, __u32 scope)
{
	return index_mix((__u32)(high >> 32) * index->seed[0] ^ (__u32)high * index->seed[1] ^
			     (__u32)(low >> 32) * index->seed[2] ^ (__u32)low * index->seed[3] ^ scope * index->seed[4],
			 index);
}

/* A number of its own for each power of two (a de Bruijn sequence). */
static __always_inline __u32 length_code_v4(__u32 bit)
{
	return bit ? bit * 0x077cb531U >> 27 : XTR_INDEX_ZERO_SCOPE;
}

static __always_inline __u32 length_code_v6(__u64 bit)
{
	return bit * 0x03f79d71b4cb0a89ULL >> 58;
}

/* A slot as a result, if its tag is the same after its value was read as before. */
static __always_inline __u64 index_result(__u32 value, __u32 tag_before, __u32 tag_after)
{
	return tag_before == tag_after ? (__u64)value << 32 | tag_before : INDEX_ASK_TRIE;
}

static __always_inline __u64 probe_v4(void *buckets, enum xtr_index_table table, __u32 prefix, __u32 scope)
{
	const struct xtr_index *index = the_index();
	__u32 at, mask;

	if (!index)
		return INDEX_ASK_TRIE;
	mask = index->table[table].mask;
	at = index_hash_v4(index, prefix, scope) & mask;

	for (__u32 probe = 0; probe < XTR_INDEX_PROBES; probe++) {
		const struct xtr_index_bucket_v4 *bucket = bpf_map_lookup_elem(buckets, &at);

		if (!bucket)
			return INDEX_ASK_TRIE;
#pragma unroll
		for (__u32 i = 0; i < XTR_INDEX_SLOTS; i++) {
			const volatile struct xtr_index_slot_v4 *slot = &bucket->slot[i];
			const __u32 tag = slot->tag;

			if (slot->address == prefix && slot->scope == scope && tag & INDEX_KIND_MASK) {
				const __u32 value = slot->value;

				return index_result(value, tag, slot->tag);
			}
		}
		/* Nothing lies behind this bucket that belongs into it or in front of it. */
		if (!bucket->slot[XTR_INDEX_SLOTS - 1].tag)
			return INDEX_MISS;
		at = (at + 1) & mask;
	}
	return INDEX_MISS;
}

static __always_inline __u64 probe_v6(void *buckets, enum xtr_index_table table, __u64 high, __u64 low, __u32 scope)
{
	const struct xtr_index *index = the_index();
	__u32 at, mask;

	if (!index)
		return INDEX_ASK_TRIE;
	mask = index->table[table].mask;
	at = index_hash_v6(index, high, low, scope) & mask;

	for (__u32 probe = 0; probe < XTR_INDEX_PROBES; probe++) {
		const struct xtr_index_bucket_v6 *bucket = bpf_map_lookup_elem(buckets, &at);

		if (!bucket)
			return INDEX_ASK_TRIE;
#pragma unroll
		for (__u32 i = 0; i < XTR_INDEX_SLOTS; i++) {
			const volatile struct xtr_index_slot_v6 *slot = &bucket->slot[i];
			const __u32 tag = slot->tag;

			if (slot->low == low && slot->high == high && slot->scope == scope && tag & INDEX_KIND_MASK) {
				const __u32 value = slot->value;

				return index_result(value, tag, slot->tag);
			}
		}
		if (!bucket->slot[XTR_INDEX_SLOTS - 1].tag)
			return INDEX_MISS;
		at = (at + 1) & mask;
	}
	return INDEX_MISS;
}

/*
 * Global functions, so that verifiers go through their loops once and not once for each caller's state. The first four
 * look for one prefix.
 */

__noinline __u64 probe_map_cache_v4(__u32 prefix, __u32 scope)
{
	return probe_v4(&xtr_map_cache_index_v4, XTR_INDEX_MAP_CACHE_V4, prefix, scope);
}

__noinline __u64 probe_map_cache_v6(__u64 high, __u64 low, __u32 scope)
{
	return probe_v6(&xtr_map_cache_index_v6, XTR_INDEX_MAP_CACHE_V6, high, low, scope);
}

__noinline __u64 probe_eid_db_v4(__u32 prefix, __u32 scope)
{
	return probe_v4(&xtr_eid_db_index_v4, XTR_INDEX_EID_DB_V4, prefix, scope);
}

__noinline __u64 probe_eid_db_v6(__u64 high, __u64 low, __u32 scope)
{
	return probe_v6(&xtr_eid_db_index_v6, XTR_INDEX_EID_DB_V6, high, low, scope);
}

/* table is a constant, so that one call is left of these two. */
static __always_inline __u64 probe_table_v4(const enum xtr_index_table table, __u32 prefix, __u32 scope)
{
	return table == XTR_INDEX_MAP_CACHE_V4 ? probe_map_cache_v4(prefix, scope) : probe_eid_db_v4(prefix, scope);
}

static __always_inline __u64 probe_table_v6(const enum xtr_index_table table, __u64 high, __u64 low, __u32 scope)
{
	return table == XTR_INDEX_MAP_CACHE_V6 ? probe_map_cache_v6(high, low, scope)
					       : probe_eid_db_v6(high, low, scope);
}

/* Longest match of an address in an instance: the longest length first. */
static __always_inline __u64 find_v4(void *cells, const enum xtr_index_table table, __u32 instance_id, __u32 address)
{
	const struct xtr_index *index = the_index();
	const struct xtr_index_cell_v4 *cell;
	__u32 at, lengths, scope = instance_id << 8;

	if (!index || !index->table[table].mask)
		return INDEX_MISS;
	at = index_hash_v4(index, address & -(1U << (32 - XTR_INDEX_CELL_BITS_V4)), scope | XTR_INDEX_CELL_SCOPE);
	at &= index->table[table].cell_mask;
	cell = bpf_map_lookup_elem(cells, &at);
	if (!cell)
		return INDEX_ASK_TRIE;
	lengths = cell->lengths | (__u32)index->table[table].short_lengths;
	for (__u32 i = 0; i <= 32; i++) {
		__u32 bit = lengths & -lengths; /* of the longest; 0 in the end, which is /0 */
		__u64 found = probe_table_v4(table, address & -bit, scope | length_code_v4(bit));

		if (found || !bit)
			return found;
		lengths ^= bit;
	}
	return INDEX_MISS;
}

static __always_inline __u64 find_v6(void *cells, const enum xtr_index_table table, __u32 instance_id, __u64 high,
				     __u64 low)
{
	const struct xtr_index *index = the_index();
	const struct xtr_index_cell_v6 *cell;
	__u64 found, longer, shorter;
	__u32 at, scope = instance_id << 8;

	if (!index || !index->table[table].mask)
		return INDEX_MISS;
	at = index_hash_v6(index, high & -(1ULL << (64 - XTR_INDEX_CELL_BITS_V6)), 0, scope | XTR_INDEX_CELL_SCOPE);
	at &= index->table[table].cell_mask;
	cell = bpf_map_lookup_elem(cells, &at);
	if (!cell)
		return INDEX_ASK_TRIE;
	longer = cell->low;
	shorter = cell->high | index->table[table].short_lengths;
	for (__u32 i = 0; i < 64 && longer; i++) {
		__u64 bit = longer & -longer;

		found = probe_table_v6(table, high, low & -bit, scope | 64 | length_code_v6(bit));
		if (found)
			return found;
		longer ^= bit;
	}
	for (__u32 i = 0; i < 64 && shorter; i++) {
		__u64 bit = shorter & -shorter;

		found = probe_table_v6(table, high & -bit, 0, scope | length_code_v6(bit));
		if (found)
			return found;
		shorter ^= bit;
	}
	return probe_table_v6(table, 0, 0, scope | XTR_INDEX_ZERO_SCOPE);
}

__noinline __u64 index_map_cache_v4(__u32 instance_id, __u32 address)
{
	return find_v4(&xtr_map_cache_cells_v4, XTR_INDEX_MAP_CACHE_V4, instance_id, address);
}

__noinline __u64 index_map_cache_v6(__u32 instance_id, __u64 high, __u64 low)
{
	return find_v6(&xtr_map_cache_cells_v6, XTR_INDEX_MAP_CACHE_V6, instance_id, high, low);
}

__noinline __u64 index_eid_db_v4(__u32 instance_id, __u32 address)
{
	return find_v4(&xtr_eid_db_cells_v4, XTR_INDEX_EID_DB_V4, instance_id, address);
}

__noinline __u64 index_eid_db_v6(__u32 instance_id, __u64 high, __u64 low)
{
	return find_v6(&xtr_eid_db_cells_v6, XTR_INDEX_EID_DB_V6, instance_id, high, low);
}

#endif
