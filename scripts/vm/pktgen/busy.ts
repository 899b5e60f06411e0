// SPDX-License-Identifier: Apache-2.0

/** USER_HZ. */
const TICKS_PER_s = 100;

/** From the text of /proc/stat: how long all processors together have not been idle, nanoseconds. */
export function busyTime_ns(stat: string): number {
  const [line = ''] = stat.split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq) * 1e9) / TICKS_PER_s;
}
