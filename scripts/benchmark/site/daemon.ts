// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '#api/index.js';
import { eventually } from '#scripts/kit/wait.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { SITE_KEY } from '#scripts/benchmark/workload/control-messages.js';
import { cpuTime_ms } from './cpu-time.js';
import { ended, started } from '#scripts/benchmark/leftovers.js';

const START_TIMEOUT_ms = 20_000;
const POLL_ms = 50;
const HEAP_MB = 8192;
/** USER_HZ, which is 100 on every Linux. */
const MS_PER_TICK = 10;

/** What `map-servers[].key` and `map-server.sites[].keys[]` of a configuration are here. */
export const KEY = {
  id: SITE_KEY.keyId,
  algorithm: SITE_KEY.algorithm,
  secret: Buffer.from(SITE_KEY.secret).toString(),
};

export interface DaemonSpec {
  readonly name: string;
  readonly namespace: string;
  /** Where configuration, log, socket and state go. */
  readonly directory: string;
  /** The configuration but for name, socket and state. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly cpu?: number;
}

/** An xtrd process with a configuration file, as a user starts it. */
export class Daemon {
  readonly #spec: DaemonSpec;
  readonly #process: ChildProcess;

  private constructor(spec: DaemonSpec, child: ChildProcess) {
    this.#spec = spec;
    this.#process = child;
    child.on('exit', () => ended(this));
    started(this);
  }

  static async start(spec: DaemonSpec): Promise<Daemon> {
    const { name, namespace, directory, configuration, cpu } = spec;
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `${name}.yaml`);
    const own = {
      name,
      'state-directory': join(directory, name),
      'api-socket': join(directory, `${name}.sock`),
      log: { level: 'warn' },
    };
    writeFileSync(file, JSON.stringify({ ...own, ...configuration }), { mode: 0o600 }); // JSON is YAML
    const pinned = cpu === undefined ? [] : ['taskset', '-c', String(cpu)];
    const node = [process.execPath, `--max-old-space-size=${HEAP_MB}`, `${REPOSITORY}build/src/main.js`];
    const log = openSync(join(directory, `${name}.log`), 'a');
    const command = ['netns', 'exec', namespace, ...pinned, ...node, '--config', file];
    const child = spawn('ip', command, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    const daemon = new Daemon(spec, child);
    try {
      await daemon.#answers();
    } catch (error) {
      await daemon.kill(); // the caller has no handle to it
      throw error;
    }
    return daemon;
  }

  /** CPU time of the agent so far, user and system, milliseconds. */
  cpu_ms(): number {
    const stat = readFileSync(`/proc/${this.#process.pid ?? 0}/stat`, 'latin1');
    const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
    return (user + system) * MS_PER_TICK;
  }

  /** Asks the agent something. */
  async ask<T>(question: (client: ApiClient) => Promise<T>): Promise<T> {
    const client = await ApiClient.connect(join(this.#spec.directory, `${this.#spec.name}.sock`));
    try {
      return await question(client);
    } finally {
      client.close();
    }
  }

  async #answers(): Promise<void> {
    let cause: unknown;
    const answered = (): Promise<boolean> =>
      this.ask((client) => client.call('status')).then(
        () => true,
        (error: unknown) => {
          cause = error;
          return false;
        },
      );
    const answers = await eventually(
      async () => (await answered()) || !this.#runs,
      START_TIMEOUT_ms,
      POLL_ms,
    );
    if (!answers || !this.#runs)
      throw new Error(`${this.#spec.name} does not answer: ${this.#log()}`, { cause });
  }

  /** CPU time of the agent and of its helper process so far, milliseconds. */
  get cpuTime_ms(): number {
    return cpuTime_ms(this.pid);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get #runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  #log(): string {
    return readFileSync(join(this.#spec.directory, `${this.#spec.name}.log`), 'utf8').slice(-2000);
  }

  async kill(): Promise<void> {
    if (!this.#runs) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
