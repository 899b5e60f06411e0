// SPDX-License-Identifier: Apache-2.0
// Runs a module in a process inside a namespace, and calls its methods over IPC.
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly event: string; readonly data: unknown };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Inside {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #events = new EventEmitter();
  #calls = 0;

  constructor(t: ExecutionContext, namespace: string, module: string) {
    this.#process = fork(fileURLToPath(new URL(module, import.meta.url)), [], {
      execPath: 'ip',
      execArgv: ['netns', 'exec', namespace, process.execPath],
      serialization: 'advanced',
    });
    this.#process.on('message', (answer: Answer) => this.#take(answer));
    this.#process.on('exit', (code, signal) => {
      const error = new Error(`${module} ended (${code ?? signal})`);
      for (const { reject } of this.#pending.values()) reject(error);
    });
    t.teardown(() => this.kill());
  }

  #take(answer: Answer): void {
    if ('event' in answer) {
      this.#events.emit(answer.event, answer.data);
      return;
    }
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('result' in answer) pending?.resolve(answer.result);
    else pending?.reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
  }

  /** Calls a method. Rejects with the name and message of its error, or when the process ends. */
  call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#process.send({ id, method, args } satisfies Call);
    });
  }

  /** The data of future events. */
  events<T>(event: string): AsyncIterableIterator<[T]> {
    return on(this.#events, event) as AsyncIterableIterator<[T]>;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}

/** For the module: answers calls until the parent ends. */
export function serve(methods: Record<string, (...args: never[]) => unknown>): void {
  process.on('message', ({ id, method, args }: Call) => {
    const answer = (): unknown => methods[method]?.(...(args as never[]));
    Promise.resolve()
      .then(answer)
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) => {
          const { name, message } = error as Error;
          process.send?.({ id, error: { name, message } });
        },
      );
  });
  process.on('disconnect', () => process.exit());
}

export function emit(event: string, data: unknown): void {
  process.send?.({ event, data });
}
