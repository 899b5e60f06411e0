// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { withTimeout } from '#scripts/kit/wait.js';

const TIMEOUT_ms = 30_000;

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** Runs commands of the emulator's monitor (QMP), one after the other. @throws Error with its message */
export async function monitor(path: string, commands: readonly Record<string, unknown>[]): Promise<void> {
  const socket = connect(path);
  const replies = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const next = async (): Promise<Reply> => {
    for (;;) {
      const { value, done } = (await withTimeout(replies.next(), TIMEOUT_ms, `the monitor ${path}`)) as {
        value?: string;
        done?: boolean;
      };
      if (done === true || value === undefined) throw new Error(`the monitor ${path} has gone`);
      const reply = JSON.parse(value) as Reply;
      if ('return' in reply || 'error' in reply) return reply; // else its greeting, or an event
    }
  };
  try {
    await once(socket, 'connect');
    for (const command of [{ execute: 'qmp_capabilities' }, ...commands]) {
      socket.write(`${JSON.stringify(command)}\n`);
      const { error } = await next();
      if (error) throw new Error(`${path}: ${JSON.stringify(command)}: ${error.desc}`);
    }
  } finally {
    socket.destroy();
  }
}

/** Pulls the plug of a NIC out of its machine, or puts it back. */
export function setLink(nic: number, up: boolean): Record<string, unknown> {
  return { execute: 'set_link', arguments: { name: `nic${nic}`, up } };
}
