/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Part of layout.h: numbers. Enums, not macros, so that BTF carries them. */
#ifndef XTR_LAYOUT_CONSTANTS_H
#define XTR_LAYOUT_CONSTANTS_H

enum xtr_constants {
	XTR_STATE_VERSION = 1, /* of the maps of class XTR_STATE in maps.h; part of their pin path */
	XTR_BUCKETS = 256, /* flow buckets of a locator-set; a power of two, so that weights of 1:255 are honoured */
	XTR_LOCATORS_MAX = 32,	/* locators of one locator-set: as many as have a status bit (RFC 9300 5.1) */
	XTR_PUNT_BYTES = 16384, /* at most so many bytes of a packet are punted; 2048 before Linux 5.18 */
	XTR_NONE = 0xffffffffU, /* no index */
};

#endif
