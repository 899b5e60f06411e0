// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from 'node:child_process';
import type { ExecutionContext } from 'ava';
import type { Namespace } from './namespace.js';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly heard?: string;
}

const PATIENCE_ms = 30_000;

/** A process inside a namespace (Node cannot enter one itself) that runs methods for the test; see serve.ts. */
export class RemoteProcess {
  readonly process: ChildProcess;
  /** All lines that the process has sent. */
  #heard: string[] = [];
  #waiting: (() => void)[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  constructor(t: ExecutionContext, namespace: Namespace, script: URL) {
    this.process = fork(script, [], {
      execPath: 'ip',
      execArgv: ['netns', 'exec', namespace.name, process.execPath],
      serialization: 'advanced',
    });
    t.teardown(() => this.process.kill('SIGKILL'));
    this.process.on('message', ({ id, heard, ...answer }: Answer) => {
      if (id !== undefined) this.#answers.get(id)?.(answer);
      if (heard === undefined) return;
      this.#heard.push(heard);
      for (const look of this.#waiting) look();
    });
  }

  ask<T>(method: string, ...args: unknown[]): Promise<T> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) =>
        error === undefined ? resolve(result as T) : reject(Object.assign(new Error(error), { code: error })),
      );
      this.process.send({ id, method, args });
    });
  }

  /** Resolves when the process has sent this line, also if earlier. */
  hears(what: string | RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const impatient = setTimeout(() => {
        reject(new Error(`never heard '${what}', but: ${JSON.stringify(this.#heard).slice(0, 4_000)}`));
      }, PATIENCE_ms);
      const look = (): void => {
        const found = this.#heard.find((each) =>
          typeof what === 'string' ? each === what : what.test(each),
        );
        if (found === undefined) return;
        clearTimeout(impatient);
        this.#waiting = this.#waiting.filter((each) => each !== look);
        resolve(found);
      };
      this.#waiting.push(look);
      look();
    });
  }

  heard(what: RegExp): string[] {
    return this.#heard.filter((each) => what.test(each));
  }

  forget(): void {
    this.#heard = [];
  }
}
