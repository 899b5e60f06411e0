// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';

/** One locator of a mapping, as people see it. Times are CLOCK_MONOTONIC milliseconds. */
export interface LocatorState {
  readonly rloc: Address;
  readonly priority: number;
  readonly weight: number;
  readonly state: 'up' | 'down' | 'admin-down';
  /** When it came into the locator-set. */
  readonly since_ms: number;
  /** Counts the first state too. */
  readonly stateChanges: number;
  readonly lastStateChange_ms: number;
}
