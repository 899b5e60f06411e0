// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';

const run = promisify(execFile);
let count = 0;

/** A network namespace that goes when the test has ended, however it ends. */
export class Namespace {
  readonly name = `xtrt-net-${process.pid}-${count++}`;

  static async create(t: ExecutionContext): Promise<Namespace> {
    const namespace = new Namespace();
    t.teardown(() => run('ip', ['netns', 'delete', namespace.name]));
    await run('ip', ['netns', 'add', namespace.name]);
    await namespace.ip('link set lo up');
    return namespace;
  }

  /** `ip` of iproute2 in here; arguments separated by spaces. */
  async ip(command: string): Promise<string> {
    return (await run('ip', ['-n', this.name, ...command.split(' ')])).stdout;
  }

  /** What `ip -json` says. */
  async show<T>(command: string): Promise<T[]> {
    const text = await this.ip(`-json ${command}`);
    return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
  }

  async exec(...command: string[]): Promise<string> {
    return (await run('ip', ['netns', 'exec', this.name, ...command])).stdout;
  }

  /** `ip -batch`: one command a line. */
  batch(commands: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = execFile('ip', ['-n', this.name, '-force', '-batch', '-'], (error) =>
        error instanceof Error ? reject(error) : resolve(),
      );
      child.stdin?.end(`${commands.join('\n')}\n`);
    });
  }

  sysctl(key: string, value: number): Promise<string> {
    return this.exec('sysctl', '-qw', `${key}=${value}`);
  }
}

/** A router and a host on one veth link: eid0 and eth0. */
export async function routerAndHost(t: ExecutionContext): Promise<{ router: Namespace; host: Namespace }> {
  const router = await Namespace.create(t);
  const host = await Namespace.create(t);
  await connect(router, 'eid0', host, 'eth0');
  return { router, host };
}

export async function connect(a: Namespace, aName: string, b: Namespace, bName: string): Promise<void> {
  await a.ip(`link add ${aName} type veth peer name ${bName} netns ${b.name}`);
  await a.ip(`link set ${aName} up`);
  await b.ip(`link set ${bName} up`);
}

/** Looks again and again until `condition` holds; for kernel state that nobody announces. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const end_ms = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > end_ms) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
