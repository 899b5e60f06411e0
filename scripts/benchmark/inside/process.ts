// SPDX-License-Identifier: Apache-2.0
// A module that runs in a process of its own inside a network namespace; its methods are called over IPC.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ended, started } from '#scripts/benchmark/leftovers.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the type of each method is the module's own
export type Methods = Readonly<Record<string, (...args: any[]) => unknown>>;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface InsideOptions {
  /** The one of the benchmark itself unless given. */
  readonly namespace?: string;
  /** Relative to this folder: './generator.js'. */
  readonly module: string;
  /** Runs on this CPU alone; its first argument. */
  readonly cpu?: number;
  readonly nodeOptions?: readonly string[];
}

export class Inside<M extends Methods> {
  readonly #module: string;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;

  constructor({ namespace, module, cpu, nodeOptions = [] }: InsideOptions) {
    const where = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    const pinned = cpu === undefined ? [] : ['taskset', '-c', String(cpu)];
    const node = [process.execPath, '--enable-source-maps', ...nodeOptions];
    const [execPath = process.execPath, ...execArgv] = [...where, ...pinned, ...node];
    this.#module = module;
    this.#process = fork(
      fileURLToPath(new URL(module, import.meta.url)),
      cpu === undefined ? [] : [String(cpu)],
      // Ctrl-C is the parent's
      { execPath, execArgv, serialization: 'advanced', detached: true },
    );
    this.#process.on('message', (answer: Answer) => this.#take(answer));
    this.#process.on('exit', (code, signal) => {
      ended(this);
      this.#end(`${module} ended (${code ?? signal ?? 'gone'})`);
    });
    started(this);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  #take(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) pending?.reject(new Error(`${this.#module}: ${answer.error}`));
    else pending?.resolve(answer.result);
  }

  #end(why: string): void {
    for (const { reject } of this.#pending.values()) reject(new Error(why));
    this.#pending.clear();
  }

  /** Rejects with the error of the method, or when the process ends. */
  call<K extends keyof M & string>(method: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>> {
    const id = this.#calls++;
    const answer = new Promise<Awaited<ReturnType<M[K]>>>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#process.send({ id, method, args } satisfies Call, (error) => {
        if (error) this.#end(`${this.#module} is gone: ${error.message}`);
      });
    });
    // a caller that fails before it awaits the answer reports its own error, and ends the process
    answer.catch(() => undefined);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
