// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ROUTERS } from '../topology.js';
import { lockHolder } from './lock.js';
import { NAMESPACE_PREFIX, pinsOf, RUN_DIRECTORY, socketOf } from './names.js';
import { capture, must } from './shell.js';

/** Time to end in order after SIGTERM: an agent, and a lab process that has agents to end. */
const PROCESS_PATIENCE_ms = 5_000;
const LAB_PATIENCE_ms = 20_000;
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
async function end(pids: readonly number[], patience_ms: number): Promise<void> {
  const deadline = Date.now() + patience_ms;
  signal(pids, 'SIGTERM');
  while (pids.some(alive) && Date.now() < deadline) await delay(POLL_ms);
  signal(pids.filter(alive), 'SIGKILL');
  while (pids.some(alive)) await delay(POLL_ms);
}

async function namespaces(): Promise<string[]> {
  const list = JSON.parse((await must(['ip', '-json', 'netns', 'list'])) || '[]') as { name: string }[];
  return list.map(({ name }) => name).filter((name) => name.startsWith(NAMESPACE_PREFIX));
}

/** A process belongs to the lab if it is in one of the lab's network namespaces: no list of ours can be more right. */
async function processesIn(names: readonly string[]): Promise<number[]> {
  const lists = await Promise.all(names.map((name) => capture(['ip', 'netns', 'pids', name])));
  return lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
}

/** Ends another lab process that is still at it; it takes its lab down itself, as on Ctrl-C. */
export async function endOtherRun(lock?: string): Promise<void> {
  const pid = lockHolder(lock);
  if (pid !== undefined) await end([pid], LAB_PATIENCE_ms);
}

/** Processes first: they would make sockets and pins again. */
export async function tearDown(): Promise<void> {
  const names = await namespaces();
  for (let pids = await processesIn(names); pids.length > 0; pids = await processesIn(names))
    await end(pids, PROCESS_PATIENCE_ms);
  // Who else takes the lab down may be faster with one of them; that all are gone is what counts.
  for (const name of names) await capture(['ip', 'netns', 'delete', name]);
  const left = await namespaces();
  if (left.length > 0) throw new Error(`namespaces that cannot be deleted: ${left.join(' ')}`);
  for (const router of ROUTERS) {
    await rm(pinsOf(router), { recursive: true, force: true });
    await rm(socketOf(router), { force: true });
  }
  await rm(RUN_DIRECTORY, { recursive: true, force: true });
}

export function isUp(): boolean {
  return existsSync(RUN_DIRECTORY);
}
