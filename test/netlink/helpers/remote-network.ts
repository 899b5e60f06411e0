// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from 'node:child_process';
import type { ExecutionContext } from 'ava';
import type { LinuxKernelNetwork } from '../../../src/netlink/index.js';
import type { Namespace } from './namespace.js';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly heard?: string;
}

type Methods = Omit<LinuxKernelNetwork, 'onEidSighted' | 'onEidLost' | 'monitorPid'>;

/** The netlink adapter in a process inside a namespace. */
export class RemoteNetwork {
  readonly process: ChildProcess;
  /** Everything that it said: 'sighted ARP/ND 1.1.1.1 on 2 in 0', 'warn: ...'. */
  #heard: string[] = [];
  #waiting: (() => void)[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  /** In instance 0; `eidInterfaces` by name. */
  static async open(
    t: ExecutionContext,
    namespace: Namespace,
    ...eidInterfaces: string[]
  ): Promise<RemoteNetwork> {
    const remote = new RemoteNetwork(t, namespace);
    const interfaces = [];
    for (const name of eidInterfaces) {
      const [link] = await namespace.show<{ ifindex: number }>(`link show dev ${name}`);
      interfaces.push({ name, ifindex: link?.ifindex ?? 0, instanceId: 0 });
    }
    await remote.ask('open', { eidInterfaces: interfaces });
    return remote;
  }

  constructor(t: ExecutionContext, namespace: Namespace) {
    this.process = fork(new URL('./agent.js', import.meta.url), [], {
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

  call<M extends keyof Methods>(
    method: M,
    ...args: Parameters<Methods[M]>
  ): Promise<Awaited<ReturnType<Methods[M]>>> {
    return this.ask(method, ...args);
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

  /** Resolves when it has said this, now or earlier. */
  hears(what: string | RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const impatient = setTimeout(() => {
        reject(new Error(`never heard '${what}', but: ${JSON.stringify(this.#heard)}`));
      }, 30_000);
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

  monitorPid(): Promise<number | undefined> {
    return this.ask('monitorPid');
  }

  /** Resolves when the kernel has been told of every host route: requests are carried out in order. */
  async settled(): Promise<void> {
    await this.call('links');
  }
}
