// SPDX-License-Identifier: Apache-2.0
// A command in a node on this terminal, from another process than the one that brought the lab up.
import { rm } from 'node:fs/promises';
import { lockHolder, writeLock } from '#scripts/testbed/lock.js';
import type { NodeName } from '#scripts/testbed/topology.js';
import { PORTS } from '#scripts/vm/guest/protocol.js';
import { Guest } from '#scripts/vm/machine/guest.js';
import { portSocket } from '#scripts/vm/machine/qemu.js';
import { portLock, RUN_DIRECTORY } from './names.js';
import { environmentOf } from './node.js';

const CONNECT_TIMEOUT_ms = 60_000;

/** Takes a port that no other process uses, and locks it until this process ends. */
async function freePort(node: NodeName): Promise<number> {
  for (let port = 1; port < PORTS; port++) {
    const lock = portLock(node, port);
    if (lockHolder(lock) !== undefined) continue;
    await writeLock(lock);
    return port;
  }
  throw new Error(`${PORTS - 1} commands run in ${node} already, and there can be no more`);
}

/** Returns the command's exit code. */
export async function lookIn(node: NodeName, command: readonly string[]): Promise<number> {
  const port = await freePort(node);
  const socket = portSocket({ name: node, directory: RUN_DIRECTORY }, port);
  const guest = await Guest.connect(node, socket, AbortSignal.timeout(CONNECT_TIMEOUT_ms));
  const child = guest.spawn(command, {
    environment: environmentOf(node),
    onOutput: (stream, data) => process[stream].write(data),
  });
  const pass = (signal: NodeJS.Signals): void => child.signal(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  process.stdin.on('data', (data: Buffer) => child.input(data)).once('end', () => child.input(undefined));
  try {
    return await child.exited;
  } finally {
    process.stdin.destroy();
    guest.close();
    await rm(portLock(node, port), { force: true });
  }
}
