/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: the indexes in front of the tries, which the agent writes and the programs read. */
#ifndef XTR_LAYOUT_INDEX_H
#define XTR_LAYOUT_INDEX_H

#include <linux/types.h>

/*
 * The index of a trie, which packets ask first (lib/index.h). It holds the same prefixes; the trie is the truth, and
 * what the index does not know or not say, the trie is asked for. Numbers are in host byte order, addresses too.
 *
 * A cell tells which prefix lengths there are among the prefixes that begin with the same bits; a bucket holds
 * prefixes with the same hash. There is a power of two of each; cells are few, so that they stay in caches.
 */
enum xtr_index_constants {
	XTR_INDEX_SLOTS = 4,   /* of a bucket */
	XTR_INDEX_PROBES = 32, /* buckets in a row that a prefix may be in */
	XTR_INDEX_SEEDS = 8,
	XTR_INDEX_CELL_BITS_V4 = 16, /* so many first bits of the address choose the cell */
	XTR_INDEX_CELL_BITS_V6 = 32,
	XTR_INDEX_CELL_SCOPE = 255, /* in the place of a length code */
	XTR_INDEX_ZERO_SCOPE = 254, /* length code of /0 */
	XTR_INDEX_KIND_BITS = 4,    /* of a tag, from the lowest bit: kind, target, version */
	XTR_INDEX_TARGET_BITS = 20,
};

enum xtr_index_table {
	XTR_INDEX_MAP_CACHE_V4 = 0,
	XTR_INDEX_MAP_CACHE_V6 = 1,
	XTR_INDEX_EID_DB_V4 = 2,
	XTR_INDEX_EID_DB_V6 = 3,
	XTR_INDEX_TABLES = 4,
};

enum xtr_index_kind {
	XTR_INDEX_NOTHING = 0,	    /* the slot is free */
	XTR_INDEX_TRIE = 1,	    /* the trie says what */
	XTR_INDEX_LOCATOR = 2,	    /* encapsulate; target: index into xtr_locators, value: into xtr_mapping_counters */
	XTR_INDEX_LOCATOR_SET = 3,  /* the same with a target in xtr_locator_sets */
	XTR_INDEX_LOCAL = 4,	    /* a local EID */
	XTR_INDEX_LOCAL_STATUS = 5, /* the same; value: the status bits to send */
};

/*
 * A tag is another number after each change of its slot. 0 in the last slot of a bucket says that no prefix lies behind
 * the bucket that belongs into it or in front of it; otherwise a last slot that is given up has a tag of kind NOTHING.
 */
struct xtr_index_slot_v4 {
	__u32 address;
	__u32 scope; /* instance ID and length code: instance_id << 8 | code */
	__u32 value;
	__u32 tag;
};

struct xtr_index_slot_v6 {
	__u64 high;
	__u64 low;
	__u32 scope;
	__u32 value;
	__u32 tag;
	__u32 reserved;
};

struct xtr_index_bucket_v4 {
	struct xtr_index_slot_v4 slot[XTR_INDEX_SLOTS];
};

struct xtr_index_bucket_v6 {
	struct xtr_index_slot_v6 slot[XTR_INDEX_SLOTS];
};

/* Bit 32 - n: there are prefixes of length n. */
struct xtr_index_cell_v4 {
	__u32 lengths;
};

/* high: bit 64 - n for lengths up to 64; low: bit 128 - n for longer ones. */
struct xtr_index_cell_v6 {
	__u64 high;
	__u64 low;
};

struct xtr_index_state {
	__u64 short_lengths; /* lengths that are shorter than what chooses the cell, as in a cell (v6: its high half) */
	__u32 mask;	     /* number of buckets minus one; 0: the trie knows */
	__u32 cell_mask;     /* likewise of cells */
};

/* Value of xtr_index, one element. */
struct xtr_index {
	struct xtr_index_state table[XTR_INDEX_TABLES];
	__u32 seed[XTR_INDEX_SEEDS]; /* odd and secret, so that nobody can make EIDs that meet in one bucket */
};

#endif
