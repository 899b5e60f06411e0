// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Daemon, Follower } from './backend.js';
import { exitStatus } from '#scripts/kit/shell.js';

/** A process group of its own, so that Ctrl-C reaches the lab alone and it can clean up in order. */
const OWN_GROUP = { detached: true } as const;

/** @param terminate sends SIGTERM to what is followed, where that is not the process itself */
export function followProcess(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  terminate?: () => Promise<unknown>,
): Follower {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { ...OWN_GROUP, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const listeners: ((line: string) => void)[] = [];
  let last = '';
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = line;
    for (const listener of listeners) listener(line);
  });
  return {
    onLine: (listener) => listeners.push(listener),
    async stop() {
      if (terminate) await terminate();
      else child.kill('SIGTERM');
      await closed;
      return last;
    },
  };
}

export function startProcess(command: readonly string[], env: NodeJS.ProcessEnv, log: string): Daemon {
  const [program = '', ...args] = command;
  const file = openSync(log, 'a');
  const child = spawn(program, args, { ...OWN_GROUP, env, stdio: ['ignore', file, file] });
  closeSync(file);
  child.unref();
  let code: number | undefined;
  const exited = new Promise<number>((resolve) =>
    child.once('exit', (exit, signal) => resolve((code = exitStatus(exit, signal)))),
  );
  return { exited, exitCode: () => code, kill: (signal) => void child.kill(signal) };
}
