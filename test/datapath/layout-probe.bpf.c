// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "layout-probe.h"

void probe(const struct probe_nested *nested, const struct probe_bits *bits, enum probe_values values)
{
}
