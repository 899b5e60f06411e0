// SPDX-License-Identifier: Apache-2.0
// Processes of guests as a back end of the lab knows them.
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Daemon, Follower } from '#scripts/testbed/backend.js';
import type { Guest } from '#scripts/vm/machine/guest.js';

type Environment = Readonly<Record<string, string>>;

export function followInGuest(guest: Guest, command: readonly string[], environment: Environment): Follower {
  const text = new PassThrough();
  const process = guest.spawn(command, {
    environment,
    onOutput: (stream, data) => {
      if (stream === 'stdout') text.write(data);
      else globalThis.process.stderr.write(data);
    },
  });
  const listeners: ((line: string) => void)[] = [];
  let last = '';
  const lines = createInterface({ input: text, crlfDelay: Infinity });
  lines.on('line', (line) => {
    last = line;
    for (const listener of listeners) listener(line);
  });
  const closed = new Promise<void>((resolve) => lines.once('close', resolve));
  // A machine that has gone is reported by the next command for it.
  const ended = process.exited.catch(() => undefined).then(() => text.end());
  return {
    onLine: (listener) => listeners.push(listener),
    async stop() {
      process.signal('SIGTERM');
      await ended;
      await closed;
      return last;
    },
  };
}

export function startInGuest(
  guest: Guest,
  command: readonly string[],
  environment: Environment,
  log: string,
): Daemon {
  const process = guest.spawn(command, { environment, log });
  let code: number | undefined;
  const exited = process.exited.then((exit) => (code = exit));
  exited.catch(() => undefined);
  return { exited, exitCode: () => code, kill: (signal) => process.signal(signal) };
}
