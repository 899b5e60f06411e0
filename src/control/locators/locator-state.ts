// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';

/** One locator of a mapping as `show` prints it. Times are CLOCK_MONOTONIC milliseconds. */
export interface LocatorState {
  readonly rloc: Address;
  readonly priority: number;
  readonly weight: number;
  readonly state: 'up' | 'down' | 'admin-down';
  /** Time at which it was added to the locator-set. */
  readonly since_ms: number;
  /** Number of states, the first included. */
  readonly stateChanges: number;
  readonly lastStateChange_ms: number;
}
