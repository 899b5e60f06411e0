// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of the JavaScript objects and buffers of this process that are in use; needs --expose-gc. */
export async function agentBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await delay(10); // buffers are given back after the collection
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes of the BPF maps that this process holds, each once, as /proc/PID/fdinfo tells them. */
export function mapBytes(): number {
  const maps = new Map<string, number>();
  for (const fd of readdirSync('/proc/self/fdinfo')) {
    const text = fdinfo(fd);
    const id = /^map_id:\s*(\d+)/m.exec(text)?.[1];
    const bytes = /^memlock:\s*(\d+)/m.exec(text)?.[1];
    if (id !== undefined && bytes !== undefined) maps.set(id, Number(bytes));
  }
  return [...maps.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function fdinfo(fd: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  } catch {
    return ''; // the one that the directory was read with
  }
}
