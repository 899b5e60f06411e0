// SPDX-License-Identifier: Apache-2.0

/** CLOCK_MONOTONIC in milliseconds, with fractions; the clock of the agents' events. */
export function monotonic_ms(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Time that the CPUs have spent for this process, milliseconds. A process that is bound to one CPU and has it for itself
 * takes as long; time that other processes take does not count.
 */
export function cpu_ms(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
