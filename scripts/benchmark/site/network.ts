// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import {
  addNamespace,
  deleteNamespace,
  type Device,
  insideWithSys,
  ipBatch,
  removeNamespaces,
  vethLine,
} from '#scripts/kit/netns.js';
import { capture, must } from '#scripts/kit/shell.js';

const PREFIX = 'xtrt-bench-';
const RUN_DIRECTORY = '/run';

/** The namespaces, veth pairs and BPF file system of one stage. Their names hold the process ID of their maker. */
export class Network {
  static #made = 0;
  readonly #name = `${PREFIX}${process.pid}-${Network.#made++}`;
  readonly #namespaces: string[] = [];
  #links = 0;

  /** For files of the stage. */
  get directory(): string {
    return `${RUN_DIRECTORY}/${this.#name}`;
  }

  /** Where pins go. */
  get bpfFilesystem(): string {
    return bpfFilesystemOf(this.directory);
  }

  async mount(): Promise<void> {
    mkdirSync(this.bpfFilesystem, { recursive: true });
    await must(['mount', '-t', 'bpf', 'bpf', this.bpfFilesystem]);
  }

  /** A namespace with loopback up that forwards. Neighbours and routes have to be told to it. */
  async namespace(role: string): Promise<string> {
    const name = `${this.#name}-${role}`;
    this.#namespaces.push(name); // before it is made: Ctrl-C may end the command after it has made it
    await addNamespace(name);
    await this.inside(name, [
      ...['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'],
      ...['net.ipv6.conf.default.accept_dad=0', 'net.ipv4.conf.all.rp_filter=0'],
      'net.ipv4.conf.default.rp_filter=0',
    ]);
    return name;
  }

  /** Lines of `ip -batch`. */
  async ip(namespace: string, ...lines: readonly string[]): Promise<void> {
    await ipBatch(lines, { namespace });
  }

  /** The same, but a line that fails is skipped. */
  async ipTrying(namespace: string, ...lines: readonly string[]): Promise<void> {
    await ipBatch(lines, { namespace, force: true }).catch(() => undefined);
  }

  async inside(namespace: string, command: readonly string[]): Promise<string> {
    return must(insideWithSys(namespace, command));
  }

  /**
   * A veth pair, up, whose ends take frames that XDP sends them: with GRO, or with a program of their own that comes
   * later.
   */
  async link(
    from: readonly [namespace: string, name: string],
    to: readonly [namespace: string, name: string],
  ): Promise<readonly [Device, Device]> {
    const [a, b] = [this.#device(...from), this.#device(...to)];
    await ipBatch([vethLine(a, b)]);
    for (const { namespace, name } of [a, b]) await this.ip(namespace, `link set dev ${name} up`);
    for (const { namespace, name } of [a, b])
      await this.inside(namespace, ['ethtool', '-K', name, 'gro', 'on']);
    return [a, b];
  }

  #device(namespace: string, name: string): Device {
    const number = ++this.#links;
    const mac = Uint8Array.of(2, 0xbe, 0, 0, number >> 8, number & 0xff);
    return { namespace, name, ifindex: 100 + number, mac };
  }

  async close(): Promise<void> {
    for (const name of this.#namespaces) await deleteNamespace(name);
    await removeDirectory(this.directory);
  }
}

/** The process that a name of ours holds. */
function makerOf(name: string): string {
  return name.slice(PREFIX.length).split('-', 1)[0] ?? '';
}

function isStale(name: string): boolean {
  return name.startsWith(PREFIX) && !existsSync(`/proc/${makerOf(name)}`);
}

function bpfFilesystemOf(directory: string): string {
  return `${directory}/bpf`;
}

async function removeDirectory(directory: string): Promise<void> {
  if (existsSync(bpfFilesystemOf(directory))) await capture(['umount', '-l', bpfFilesystemOf(directory)]);
  rmSync(directory, { recursive: true, force: true });
}

/** Removes the namespaces, daemons and files of benchmarks that were killed. */
export async function removeStale(): Promise<void> {
  await removeNamespaces(isStale);
  for (const name of readdirSync(RUN_DIRECTORY).filter(isStale))
    await removeDirectory(`${RUN_DIRECTORY}/${name}`);
}
