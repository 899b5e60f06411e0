// SPDX-License-Identifier: Apache-2.0
// What is in network namespaces of a name, and how to be rid of it.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { capture, must } from './shell.js';

/** Time to end in order after SIGTERM. */
const PROCESS_PATIENCE_ms = 5_000;
const POLL_ms = 20;

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

/** SIGTERM, and SIGKILL for who has not gone in time. */
export async function endProcesses(pids: readonly number[], patience_ms: number): Promise<void> {
  const deadline = Date.now() + patience_ms;
  signal(pids, 'SIGTERM');
  while (pids.some(alive) && Date.now() < deadline) await delay(POLL_ms);
  signal(pids.filter(alive), 'SIGKILL');
  while (pids.some(alive)) await delay(POLL_ms);
}

async function namespaces(prefix: string): Promise<string[]> {
  const list = JSON.parse((await must(['ip', '-json', 'netns', 'list'])) || '[]') as { name: string }[];
  return list.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

/** A process belongs to the lab if it is in one of the lab's network namespaces: no list of ours can be more right. */
async function processesIn(names: readonly string[]): Promise<number[]> {
  const lists = await Promise.all(names.map((name) => capture(['ip', 'netns', 'pids', name])));
  return lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
}

/** Processes first: they would make sockets and pins again. */
export async function removeNamespaces(prefix: string): Promise<void> {
  const names = await namespaces(prefix);
  for (let pids = await processesIn(names); pids.length > 0; pids = await processesIn(names))
    await endProcesses(pids, PROCESS_PATIENCE_ms);
  // Who else takes the lab down may be faster with one of them; that all are gone is what counts.
  for (const name of names) await capture(['ip', 'netns', 'delete', name]);
  const left = await namespaces(prefix);
  if (left.length > 0) throw new Error(`namespaces that cannot be deleted: ${left.join(' ')}`);
}
