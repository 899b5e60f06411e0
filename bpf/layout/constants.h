/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: numbers. Enums, not macros, so that BTF carries them. */
#ifndef XTR_LAYOUT_CONSTANTS_H
#define XTR_LAYOUT_CONSTANTS_H

enum xtr_constants {
	XTR_LAYOUT_VERSION =
	    6, /* changes whenever a struct in this folder or a map in maps.h changes; part of the pin path */
	XTR_BUCKETS = 256, /* flow buckets of a locator-set; a power of two, so that weights of 1:255 are honoured */
	XTR_LOCATORS_MAX = 32,	/* locators of one locator-set: as many as have a status bit (RFC 9300 5.1) */
	XTR_PUNT_BYTES = 2048,	/* at most so many bytes of a packet are punted */
	XTR_NONE = 0xffffffffU, /* no index */
};

#endif
