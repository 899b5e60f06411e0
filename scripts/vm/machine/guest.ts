// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { withTimeout } from '#scripts/kit/wait.js';
import type { Answer, OutputStream, Request } from '#scripts/vm/guest/protocol.js';
import type { CommandResult } from '#scripts/kit/shell.js';

type ProcessAnswer = Extract<Answer, { id: number }>;

export interface GuestProcess {
  readonly exited: Promise<number>;
  signal(name: NodeJS.Signals): void;
  /** Undefined: no more. */
  input(data: Buffer | undefined): void;
}

export interface SpawnOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** File of the guest for its output; such a process outlives the connection. */
  readonly log?: string;
  readonly onOutput?: (stream: OutputStream, data: Buffer) => void;
}

export interface RunOptions {
  readonly timeout_ms: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Even a small program takes seconds to start where instructions are emulated and other machines run too. */
export const COMMAND_TIMEOUT_ms = 300_000;
/** Time for a guest to report that it has killed a program; a guest that hangs reports nothing. */
const KILL_TIMEOUT_ms = 300_000;

/** A machine's agent, by one of its ports. */
export class Guest {
  readonly name: string;
  readonly #socket: Socket;
  readonly #listeners = new Map<number, (answer: ProcessAnswer) => void>();
  readonly #lost: Promise<never>;
  #next = 0;
  #clockOffset_ms = 0;
  #bestRoundTrip_ms = Infinity;

  private constructor(name: string, socket: Socket, answers: AsyncIterable<string>) {
    this.name = name;
    this.#socket = socket;
    this.#lost = this.#read(answers).then(() => {
      throw new Error(`the machine ${name} has gone`);
    });
    this.#lost.catch(() => undefined);
  }

  /** Connects to the agent once it is there. @throws AbortError */
  static async connect(name: string, path: string, signal: AbortSignal): Promise<Guest> {
    const socket = connect(path);
    const abort = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort);
    const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
    try {
      const { value } = (await lines.next()) as { value?: string };
      signal.throwIfAborted();
      if (value === undefined) throw new Error(`the machine ${name} has gone`);
      return new Guest(name, socket, { [Symbol.asyncIterator]: () => lines });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What to add to the guest's CLOCK_MONOTONIC to have the host's. */
  get clockOffset_ms(): number {
    return this.#clockOffset_ms;
  }

  /** The answer that took the least time says best how the clocks differ: it is wrong by half of that at most. */
  async compareClocks(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const asked_ms = monotonic_ms();
      const guest_ms = await this.#ask((id) => ({ do: 'clock', id }), 'clock').then((a) => a.monotonic_ms);
      const answered_ms = monotonic_ms();
      if (answered_ms - asked_ms >= this.#bestRoundTrip_ms) continue;
      this.#bestRoundTrip_ms = answered_ms - asked_ms;
      this.#clockOffset_ms = (asked_ms + answered_ms) / 2 - guest_ms;
    }
  }

  spawn(command: readonly string[], { environment = {}, log, onOutput }: SpawnOptions = {}): GuestProcess {
    const id = this.#next++;
    const exit = new Promise<number>((resolve) =>
      this.#listeners.set(id, (answer) => {
        if (answer.is === 'output') onOutput?.(answer.stream, Buffer.from(answer.data, 'base64'));
        if (answer.is === 'exit') resolve(answer.code);
      }),
    );
    this.#send({ do: 'spawn', id, command, environment, ...(log !== undefined && { log }) });
    const exited = Promise.race([exit, this.#lost]).finally(() => this.#listeners.delete(id));
    exited.catch(() => undefined); // the rejection is expected when a machine is ended with its processes
    return {
      exited,
      signal: (signal) => this.#send({ do: 'signal', id, signal }),
      input: (data) => this.#send({ do: 'input', id, ...(data && { data: data.toString('base64') }) }),
    };
  }

  /** Runs a program to its end; SIGKILL when time is up. @throws NotSeen if the guest does not answer then either */
  async run(
    command: readonly string[],
    { timeout_ms, environment = {}, input = '' }: RunOptions,
  ): Promise<CommandResult> {
    const text = { stdout: '', stderr: '' };
    const process = this.spawn(command, {
      environment,
      onOutput: (stream, data) => (text[stream] += data.toString('latin1')),
    });
    if (input !== '') process.input(Buffer.from(input));
    process.input(undefined);
    const timer = setTimeout(() => process.signal('SIGKILL'), timeout_ms);
    try {
      const late = `${this.name} to end ${command.join(' ')}, which was killed`;
      const code = await withTimeout(process.exited, timeout_ms + KILL_TIMEOUT_ms, late);
      // Characters may have come in pieces, so they are put together last.
      const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
      return { code, stdout: utf8(text.stdout), stderr: utf8(text.stderr) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Like `run`, for commands that have to work. Returns standard output. */
  async must(command: readonly string[], options: Partial<RunOptions> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, { timeout_ms: COMMAND_TIMEOUT_ms, ...options });
    if (code !== 0)
      throw new Error(`${this.name}: ${command.join(' ')}: exit code ${code}: ${stderr.trim()}`);
    return stdout;
  }

  async #ask<T extends ProcessAnswer['is']>(
    request: (id: number) => Request,
    is: T,
  ): Promise<Extract<ProcessAnswer, { is: T }>> {
    const id = this.#next++;
    const answer = new Promise<ProcessAnswer>((resolve) => this.#listeners.set(id, resolve));
    this.#send(request(id));
    const received = await Promise.race([answer, this.#lost]);
    this.#listeners.delete(id);
    if (received.is !== is)
      throw new Error(`the machine ${this.name} answered '${received.is}', not '${is}'`);
    return received as Extract<ProcessAnswer, { is: T }>;
  }

  #send(request: Request): void {
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  async #read(answers: AsyncIterable<string>): Promise<void> {
    for await (const line of answers) {
      const answer = JSON.parse(line) as Answer;
      if (answer.is !== 'ready') this.#listeners.get(answer.id)?.(answer);
    }
  }
}
