// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { LOCK } from './names.js';

/** Start time in clock ticks since boot; with the process ID it names a process for good. Undefined: no such process. */
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

export async function writeLock(file = LOCK): Promise<void> {
  await writeFile(file, `${process.pid} ${startTime(process.pid)}\n`);
}

/** The lab process that is running now, other than this one. */
export function lockHolder(file = LOCK): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pid = 0, started] = text.trim().split(' ').map(Number);
  return pid !== process.pid && startTime(pid) === String(started) ? pid : undefined;
}
