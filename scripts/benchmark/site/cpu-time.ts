// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

const NS_PER_ms = 1e6;

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the process is gone
  }
}

/** CPU time of the main threads of a process and of its descendants so far, milliseconds. */
export function cpuTime_ms(pid: number): number {
  const own_ms = Number(read(`/proc/${pid}/schedstat`).split(' ', 1)[0] ?? 0) / NS_PER_ms;
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + cpuTime_ms(child), own_ms);
}
