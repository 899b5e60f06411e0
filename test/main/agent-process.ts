// SPDX-License-Identifier: Apache-2.0
// A complete xtrd process inside a namespace.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { xtrctl } from '#test/cli/run.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface LogLine {
  readonly level: string;
  readonly msg: string;
}

export class AgentProcess {
  readonly #process: ChildProcess;
  readonly #socket: string;
  #log: LogLine[] = [];
  #look: () => void = () => undefined;
  #ended = false;

  /** @param configuration YAML without paths */
  constructor(t: ExecutionContext, namespace: string, bpfFilesystem: string, configuration: string) {
    const directory = mkdtempSync(join(tmpdir(), 'xtrt-main-'));
    this.#socket = join(directory, 'api.sock');
    const places = `api-socket: ${this.#socket}\nstate-directory: ${directory}\ndata-path: {bpf-filesystem: ${bpfFilesystem}}\n`;
    const file = join(directory, 'node.yaml');
    writeFileSync(join(directory, 'site.key'), 'secret\n', { mode: 0o600 });
    writeFileSync(file, configuration + places);
    this.#process = spawn('ip', ['netns', 'exec', namespace, process.execPath, MAIN, '--config', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const { stderr } = this.#process;
    if (stderr) createInterface(stderr).on('line', (line) => this.#heard(line));
    this.#process.on('exit', () => {
      this.#ended = true;
      this.#look();
    });
    t.teardown(async () => {
      if (this.#process.exitCode === null && this.#process.signalCode === null) {
        const exit = once(this.#process, 'exit');
        this.#process.kill('SIGTERM');
        await exit;
      }
      rmSync(directory, { recursive: true, force: true });
    });
  }

  #heard(line: string): void {
    this.#log.push(line.startsWith('{') ? (JSON.parse(line) as LogLine) : { level: 'text', msg: line });
    this.#look();
  }

  /** The next log line that matches, as `level: message`. Earlier lines are skipped. */
  async says(what: RegExp): Promise<string> {
    for (;;) {
      const lines = this.#log.map(({ level, msg }) => `${level}: ${msg}`);
      const at = lines.findIndex((line) => what.test(line));
      if (at >= 0) {
        this.#log = this.#log.slice(at + 1);
        return lines[at] ?? '';
      }
      if (this.#ended)
        throw new Error(`xtrd ended and never said ${String(what)}, but:\n${lines.join('\n')}`);
      await new Promise<void>((resolve) => (this.#look = resolve));
    }
  }

  async show<T>(...what: readonly string[]): Promise<T> {
    const { stdout } = await xtrctl(this.#socket, '--json', 'show', ...what);
    return JSON.parse(stdout) as T;
  }
}
