// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { endProcesses } from '#scripts/kit/processes.js';

/** Time for another lab process to take its lab down after SIGTERM. */
const LAB_TIMEOUT_ms = 20_000;

/** Start time in clock ticks since boot; with the process ID it identifies a process. Undefined: no such process. */
function startTime(pid: number): string | undefined {
  try {
    // The name in parentheses may hold anything; the start time is field 22.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
}

export async function writeLock(file: string): Promise<void> {
  await writeFile(file, `${process.pid} ${startTime(process.pid)}\n`);
}

/** The process that wrote the lock, while it runs and is not this one. */
export function lockHolder(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pid = 0, started] = text.trim().split(' ').map(Number);
  return pid !== process.pid && startTime(pid) === String(started) ? pid : undefined;
}

/** Ends another lab process that still runs; it takes its lab down itself, as on Ctrl-C. */
export async function endOtherRun(lock: string): Promise<void> {
  const pid = lockHolder(lock);
  if (pid !== undefined) await endProcesses([pid], LAB_TIMEOUT_ms);
}
