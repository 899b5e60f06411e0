// SPDX-License-Identifier: Apache-2.0
// BPF file systems and network namespaces of one test, removed when the test or its process ends.
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { insideWithSys, ipBatchSync, vethLine } from '#scripts/kit/netns.js';
import { must, mustSync } from '#scripts/kit/shell.js';

const cleanups: (() => void)[] = [];
process.on('exit', () => cleanups.splice(0).reverse().forEach(quietly));
process.once('SIGTERM', () => process.exit(1)); // sent by the test runner on a timeout

interface Test {
  teardown(cleanup: () => void): void;
}

function quietly(cleanup: () => void): void {
  try {
    cleanup();
  } catch {
    // already removed
  }
}

function onEnd(t: Test, cleanup: () => void): void {
  cleanups.push(cleanup);
  t.teardown(() => {
    cleanups.splice(cleanups.indexOf(cleanup), 1);
    quietly(cleanup);
  });
}

export function run(command: string, ...args: readonly string[]): string {
  return mustSync([command, ...args]);
}

/** A BPF file system of this test alone; the directory returned is empty. */
export function mountBpffs(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'xtrt-bpffs-'));
  run('mount', '-t', 'bpf', 'xtrt', directory);
  onEnd(t, () => {
    run('umount', '-l', directory);
    rmdirSync(directory);
  });
  const empty = join(directory, 'xtrt');
  mkdirSync(empty);
  return empty;
}

let namespaces = 0;

/** A network namespace with loopback up; returns its name. */
export function addNamespace(t: Test): string {
  const name = `xtrt-${process.pid}-${namespaces++}`;
  onEnd(t, () => run('ip', 'netns', 'delete', name));
  mustSync(['ip', 'netns', 'add', name]);
  ipBatchSync(['link set lo up'], { namespace: name });
  return name;
}

/** One end of a veth pair. */
export interface VethEnd {
  readonly namespace: string;
  readonly name: string;
  /** Addresses with prefix lengths. */
  readonly addresses: readonly string[];
}

/** Joins two namespaces by a veth pair that is up and whose addresses need no duplicate address detection. */
export function addVeth(a: VethEnd, b: VethEnd): void {
  ipBatchSync([vethLine(a, b)], { namespace: a.namespace });
  for (const { namespace, name, addresses } of [a, b]) {
    const lines = addresses.map(
      (address) => `address add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`,
    );
    ipBatchSync([...lines, `link set ${name} up`], { namespace });
  }
}

/** Runs a compiled module inside a namespace; what it prints is JSON. */
export async function runInside<T>(namespace: string, module: URL, ...args: readonly string[]): Promise<T> {
  const stdout = await must(insideWithSys(namespace, [process.execPath, fileURLToPath(module), ...args]));
  return JSON.parse(stdout) as T;
}
