// SPDX-License-Identifier: Apache-2.0
import type { Backend, Daemon } from './backend.js';
import type { RouterName } from './topology.js';
import { until } from '#scripts/kit/wait.js';
import type { StatusView } from '#core/service/views.js';

const START_TIMEOUT_ms = 20_000;
const POLL_ms = 50;
/** In the log of xtrd when it answers. To ask xtrctl instead is a start of Node each time, beside the one waited for. */
const READY = '"msg":"ready';

/** One router's xtrd, and xtrctl to talk to it. */
export class Agent {
  readonly router: RouterName;
  readonly #backend: Backend;
  readonly #configuration: string;
  #daemon: Daemon | undefined;

  constructor(backend: Backend, router: RouterName, configuration: string) {
    this.#backend = backend;
    this.router = router;
    this.#configuration = configuration;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<StatusView> {
    const before = await this.#timesReady();
    this.#daemon = this.#backend.start(this.router, this.router, ['xtrd', '--config', this.#configuration]);
    const timeout_ms = START_TIMEOUT_ms * this.#backend.pace.patience;
    const isReady = async (): Promise<boolean> => {
      const code = this.#daemon?.exitCode();
      if (code !== undefined) throw new Error(`xtrd of ${this.router} ended with exit code ${code}`);
      return (await this.#timesReady()) > before;
    };
    await until(`xtrd of ${this.router} to answer`, isReady, timeout_ms, POLL_ms);
    return this.json<StatusView>('show', 'status');
  }

  async #timesReady(): Promise<number> {
    const log = await this.#backend.log(this.router).catch(() => ''); // there is none before the first start
    return log.split(READY).length - 1;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#daemon?.kill(signal);
    await this.#daemon?.exited;
  }

  /** What a show command prints. */
  async text(...command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#backend.run(this.router, ['xtrctl', ...command]);
    if (code !== 0)
      throw new Error(`${this.router}: xtrctl ${command.join(' ')}: exit code ${code}: ${stderr.trim()}`);
    return stdout;
  }

  async json<T>(...command: readonly string[]): Promise<T> {
    return JSON.parse(await this.text(...command, '--json')) as T;
  }
}
