// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '#scripts/kit/wait.js';
import { Guest } from './guest.js';
import { consoleLog, type MachineOptions, portSocket, qemuCommand } from './qemu.js';

/** A guest takes 4 s where nothing else runs, and minutes where much does and instructions are emulated. */
const BOOT_TIMEOUT_ms = 600_000;
const POLL_ms = 20;
const CONSOLE_LINES = 30;

export interface StartOptions {
  /** Comes before the command of the emulator: to enter a network namespace, or to end with this process. */
  readonly prefix: readonly string[];
}

/** Ends the emulator when the process that started it ends in whatever way. */
export const END_WITH_US: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'];

/** An emulator that runs. */
export class Machine {
  readonly options: MachineOptions;
  readonly #process: ChildProcess;

  private constructor(options: MachineOptions, process: ChildProcess) {
    this.options = options;
    this.#process = process;
  }

  /** Starts the emulator, and waits until its sockets are there: a cable's caller needs its listener. */
  static async start(options: MachineOptions, { prefix }: StartOptions): Promise<Machine> {
    const [program = '', ...args] = [...prefix, ...qemuCommand(options)];
    const log = openSync(join(options.directory, `${options.name}.qemu`), 'a');
    // A process group of its own, so that Ctrl-C reaches us alone and we can clean up in order.
    const child = spawn(program, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    const machine = new Machine(options, child);
    const listened = options.nics.flatMap(({ to }) => ('stream' in to && to.listens ? [to.stream] : []));
    const sockets = [portSocket(options, 0), ...listened];
    const listening = (): boolean => sockets.every((path) => existsSync(path));
    await eventually(() => machine.ended || listening(), BOOT_TIMEOUT_ms, POLL_ms);
    if (listening() && !machine.ended) return machine;
    await machine.kill(); // the caller has no handle to it yet
    throw await machine.failure('the emulator did not start');
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The guest's agent, once it has booted. @throws Error with the end of the console log */
  async boot(): Promise<Guest> {
    const gone = new AbortController();
    const exit = once(this.#process, 'exit', { signal: gone.signal }).then(() =>
      gone.abort(new Error('ended')),
    );
    exit.catch(() => undefined);
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(BOOT_TIMEOUT_ms)]);
    try {
      return await Guest.connect(this.options.name, portSocket(this.options, 0), signal);
    } catch (error) {
      throw await this.failure(`it did not boot: ${(error as Error).message}`);
    } finally {
      gone.abort();
    }
  }

  /** Nothing in it is worth keeping, so it is not asked to shut down. */
  async kill(): Promise<void> {
    if (this.ended) return;
    this.#process.ref(); // what is waited for keeps this process alive
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async failure(what: string): Promise<Error> {
    const { name, directory } = this.options;
    const texts = [join(directory, `${name}.qemu`), consoleLog(this.options)].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    );
    const lines = (await Promise.all(texts)).join('').trimEnd().split('\n').slice(-CONSOLE_LINES);
    return new Error(`machine ${name}: ${what}\n${lines.join('\n')}`);
  }
}
