// SPDX-License-Identifier: Apache-2.0

/** CLOCK_MONOTONIC in milliseconds, with fractions; the clock of the agents' events. */
export function monotonic_ms(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
