// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { eventually, until } from './wait.js';

const POLL_ms = 20;
/** SIGKILL cannot be ignored; a process in uninterruptible sleep may still take a while. */
const KILL_TIMEOUT_ms = 60_000;

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

/** SIGTERM, and SIGKILL for processes that have not ended in time. */
export async function endProcesses(pids: readonly number[], timeout_ms: number): Promise<void> {
  const ended = (): boolean => !pids.some(alive);
  signal(pids, 'SIGTERM');
  if (await eventually(ended, timeout_ms, POLL_ms)) return;
  signal(pids.filter(alive), 'SIGKILL');
  await until(`processes ${pids.join(' ')} to end`, ended, KILL_TIMEOUT_ms, POLL_ms);
}
