// SPDX-License-Identifier: Apache-2.0

/** CLOCK_MONOTONIC, milliseconds with fractions. */
export function now_ms(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
