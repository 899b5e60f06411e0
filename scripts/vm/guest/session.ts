// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { exitStatus } from '#scripts/kit/shell.js';
import type { Connection } from './port.js';
import type { Answer, Request } from './protocol.js';

type Spawn = Extract<Request, { do: 'spawn' }>;

/** As a shell reports a command that cannot be run. */
const NOT_RUN = 127;

/** What one connection of the host asked for. Its processes end with it, except those with a log. */
export class Session {
  readonly #connection: Connection;
  readonly #processes = new Map<number, ChildProcess>();
  /** Those that outlive the session. */
  readonly #daemons = new Set<number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async serve(): Promise<void> {
    this.#answer({ is: 'ready' });
    for await (const line of this.#connection.lines) this.#obey(JSON.parse(line) as Request);
  }

  end(): void {
    for (const [id, child] of this.#processes) if (!this.#daemons.has(id)) child.kill('SIGTERM');
  }

  #obey(request: Request): void {
    const { id } = request;
    switch (request.do) {
      case 'spawn':
        return this.#spawn(request);
      case 'input': {
        const stdin = this.#processes.get(id)?.stdin;
        if (request.data === undefined) stdin?.end();
        else stdin?.write(Buffer.from(request.data, 'base64'));
        return;
      }
      case 'signal':
        this.#processes.get(id)?.kill(request.signal);
        return;
      case 'clock':
        return this.#answer({ is: 'clock', id, monotonic_ms: monotonic_ms() });
    }
  }

  #spawn({ id, command: [program = '', ...args], environment, log }: Spawn): void {
    const file = log === undefined ? undefined : openSync(log, 'a');
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, {
      env,
      stdio: file === undefined ? 'pipe' : ['ignore', file, file],
    });
    if (file !== undefined) closeSync(file);
    this.#processes.set(id, child);
    if (log !== undefined) this.#daemons.add(id);
    child.stdin?.on('error', () => undefined); // it need not read its input
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.on('data', (chunk: Buffer) =>
        this.#answer({ is: 'output', id, stream, data: chunk.toString('base64') }),
      );
    child.once('error', ({ message }) => {
      this.#answer({
        is: 'output',
        id,
        stream: 'stderr',
        data: Buffer.from(`${message}\n`).toString('base64'),
      });
      this.#exited(id, NOT_RUN);
    });
    child.once('close', (code, signal) => this.#exited(id, exitStatus(code, signal)));
  }

  #exited(id: number, code: number): void {
    if (this.#processes.delete(id)) this.#answer({ is: 'exit', id, code });
  }

  #answer(answer: Answer): void {
    this.#connection.output.write(`${JSON.stringify(answer)}\n`);
  }
}
