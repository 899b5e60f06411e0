// SPDX-License-Identifier: Apache-2.0
import type { ExecutionContext } from 'ava';
import { addNamespace, deleteNamespace, insideWithSys, ipBatch, vethLine } from '#scripts/kit/netns.js';
import { must } from '#scripts/kit/shell.js';

let count = 0;

/** A network namespace that is removed when the test ends. */
export class Namespace {
  readonly name = `xtrt-net-${process.pid}-${count++}`;

  static async create(t: ExecutionContext): Promise<Namespace> {
    const namespace = new Namespace();
    t.teardown(() => deleteNamespace(namespace.name));
    await addNamespace(namespace.name);
    return namespace;
  }

  /** Runs `ip` of iproute2 in the namespace; arguments are separated by spaces. */
  ip(command: string): Promise<string> {
    return must(['ip', '-n', this.name, ...command.split(' ')]);
  }

  /** The output of `ip -json`. */
  async show<T>(command: string): Promise<T[]> {
    const text = await this.ip(`-json ${command}`);
    return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
  }

  exec(...command: string[]): Promise<string> {
    return must(insideWithSys(this.name, command));
  }

  /** `ip -batch`: one command a line. */
  batch(commands: readonly string[]): Promise<void> {
    return ipBatch(commands, { namespace: this.name, force: true });
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
  await a.batch([
    vethLine({ namespace: a.name, name: aName }, { namespace: b.name, name: bName }),
    `link set ${aName} up`,
  ]);
  await b.ip(`link set ${bName} up`);
}
