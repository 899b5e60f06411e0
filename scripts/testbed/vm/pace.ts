// SPDX-License-Identifier: Apache-2.0
import { type Pace, SLOW_PACE } from '#scripts/testbed/backend.js';
import type { Accelerator } from '#scripts/vm/machine/accelerator.js';

export const PACES: Readonly<Record<Accelerator, Pace>> = {
  kvm: { patience: 3, traffic_pps: 1_000, turn_ms: 0 },
  tcg: SLOW_PACE,
};
