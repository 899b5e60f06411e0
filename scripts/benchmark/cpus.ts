// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** CPUs that a process may run on, in ascending order, of its /proc/PID/status. */
export function cpusIn(status: string): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function allowedCpus(): readonly number[] {
  return cpusIn(readFileSync('/proc/self/status', 'utf8'));
}

export function lastCpu(): number {
  return allowedCpus().at(-1) ?? 0;
}

/** The same one where there is no other. */
export function otherCpu(cpu: number): number {
  return allowedCpus().find((other) => other !== cpu) ?? cpu;
}
