/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the programs and the agent share: keys, values and records of the maps. The TypeScript side is generated from
 * the BTF of the built objects; nothing here is written down twice. Addresses are in network byte order, all else in
 * host byte order unless the type says __be.
 */
#ifndef XTR_LAYOUT_H
#define XTR_LAYOUT_H

#include "layout/cache.h"
#include "layout/config.h"
#include "layout/constants.h"
#include "layout/index.h"
#include "layout/punt.h"
#include "layout/state.h"

#endif
