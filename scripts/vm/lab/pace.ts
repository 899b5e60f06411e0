// SPDX-License-Identifier: Apache-2.0
import type { Pace } from '../../story/backend.js';
import type { Accelerator } from '../machine/accelerator.js';

/**
 * Seven machines whose instructions are emulated share few processors: a command takes seconds to start, and a Node that
 * sends 1,000 packets a second leaves nothing for the routers.
 */
export const PACES: Readonly<Record<Accelerator, Pace>> = {
  kvm: { patience: 3, traffic_pps: 1_000 },
  tcg: { patience: 20, traffic_pps: 50 },
};
