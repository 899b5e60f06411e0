// SPDX-License-Identifier: Apache-2.0
// Network namespaces and veth pairs, by iproute2. The functions whose names end in Sync are for tests that clean up when
// their process ends.
import { endProcesses } from './processes.js';
import { capture, must, mustSync } from './shell.js';

/** Time for processes in a namespace to end after SIGTERM. */
const PROCESS_TIMEOUT_ms = 5_000;

/**
 * Enters the network namespace alone. `ip netns exec` would also mount another /sys over the BPF file system, and pins
 * would go with it.
 */
export function inside(namespace: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, ...command];
}

/** Enters the network namespace and mounts its own /sys: for programs that read /sys/class/net and pin nothing there. */
export function insideWithSys(namespace: string, command: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', namespace, ...command];
}

export interface BatchOptions {
  /** That of this process when left out. */
  readonly namespace?: string;
  /** Goes on after a line that fails. */
  readonly force?: boolean;
}

function batchCommand({ namespace, force = false }: BatchOptions): string[] {
  const where = namespace === undefined ? [] : ['-n', namespace];
  return ['ip', ...where, ...(force ? ['-force'] : []), '-batch', '-'];
}

/** Runs lines of `ip -batch`. @throws Error if a line fails, with `force` too */
export async function ipBatch(lines: readonly string[], options: BatchOptions = {}): Promise<void> {
  await must(batchCommand(options), { input: `${lines.join('\n')}\n` });
}

/**
 * The same, for tests that may not wait.
 * @public
 */
export function ipBatchSync(lines: readonly string[], options: BatchOptions = {}): void {
  mustSync(batchCommand(options), `${lines.join('\n')}\n`);
}

/** Makes a network namespace with loopback up. */
export async function addNamespace(name: string): Promise<void> {
  await must(['ip', 'netns', 'add', name]);
  await ipBatch(['link set lo up'], { namespace: name });
}

/** One that is not there is no error. */
export async function deleteNamespace(name: string): Promise<void> {
  await capture(['ip', 'netns', 'delete', name]);
}

/** One end of a veth pair. */
export interface VethEnd {
  readonly namespace: string;
  readonly name: string;
  /** The kernel chooses when left out. */
  readonly ifindex?: number;
  /** The kernel chooses when left out. */
  readonly mac?: Uint8Array;
}

/** An end whose numbers its maker chose. */
export type Device = Required<VethEnd>;

function endText({ namespace, name, ifindex, mac }: VethEnd): string {
  const index = ifindex === undefined ? '' : ` index ${ifindex}`;
  const address = mac === undefined ? '' : ` address ${formatMac(mac)}`;
  return `name ${name} netns ${namespace}${index}${address}`;
}

/**
 * A line of `ip -batch` that joins two namespaces; both ends are down. Older kernels (seen on 6.12) refuse a name that is
 * taken in the namespace where the line runs, even if the end goes to another one.
 */
export function vethLine(a: VethEnd, b: VethEnd): string {
  return `link add ${endText(a)} type veth peer ${endText(b)}`;
}

/** 02:00:00:00:00:01 */
export function formatMac(mac: Uint8Array): string {
  return [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

async function namespaces(matches: (name: string) => boolean): Promise<string[]> {
  const list = JSON.parse((await must(['ip', '-json', 'netns', 'list'])) || '[]') as { name: string }[];
  return list.map(({ name }) => name).filter(matches);
}

async function processesIn(names: readonly string[]): Promise<number[]> {
  const lists = await Promise.all(names.map((name) => capture(['ip', 'netns', 'pids', name])));
  return lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
}

/**
 * Removes the network namespaces whose names match, and the processes in them. Processes end first: they could create
 * sockets and pins again.
 */
export async function removeNamespaces(matches: (name: string) => boolean): Promise<void> {
  const names = await namespaces(matches);
  for (let pids = await processesIn(names); pids.length > 0; pids = await processesIn(names))
    await endProcesses(pids, PROCESS_TIMEOUT_ms);
  // Another process may delete some of them at the same time; only the result counts.
  for (const name of names) await deleteNamespace(name);
  const left = await namespaces(matches);
  if (left.length > 0) throw new Error(`namespaces that cannot be deleted: ${left.join(' ')}`);
}
