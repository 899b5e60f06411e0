// SPDX-License-Identifier: Apache-2.0
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { type Node, NODES } from '#scripts/story/topology.js';
import { cableBatch, farEnd, namespaceBatch, nodeBatch, switchBatch } from './cables.js';
import { ACCESS, inside, namespaceOf, PROGRAMS } from './names.js';
import { REPOSITORY } from '#scripts/story/repository.js';
import { must } from './shell.js';

async function batch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await must(['ip', ...where, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/**
 * XDP sends a frame into a veth only if the other end polls (its GRO is on), and frames that leave a host have to carry
 * a finished checksum, as on a wire. Routers see to their own interfaces.
 */
async function setOffloads(node: Node): Promise<void> {
  for (const nic of node.interfaces) {
    const ends = [{ namespace: namespaceOf(node.name), device: nic.name }, farEnd(node, nic)];
    const [own, far] = ends.map(({ namespace, device }) => inside(namespace, ['ethtool', '-K', device]));
    if (node.kind === 'host') await must([...(own ?? []), 'tx', 'off', 'gro', 'on']);
    if (node.kind === 'router') await must([...(far ?? []), 'gro', 'on']);
  }
}

/**
 * The core forwards. A roaming host keeps its neighbours while its carrier is gone, as those on Wi-Fi do: the gateway
 * has one address and MAC everywhere. (Linux 5.16; an older kernel asks for the gateway again.)
 */
export const KERNEL_SETTINGS = {
  core: { 'net/ipv4/ip_forward': 1 },
  host: { 'net/ipv4/conf/eth0/arp_evict_nocarrier': 0, 'net/ipv6/conf/eth0/ndisc_evict_nocarrier': 0 },
  router: {},
} as const;

async function setKernel({ name, kind }: Node): Promise<void> {
  for (const [key, value] of Object.entries(KERNEL_SETTINGS[kind]))
    await must(
      inside(namespaceOf(name), [
        'sh',
        '-c',
        `test ! -e /proc/sys/${key} || echo ${String(value)} >/proc/sys/${key}`,
      ]),
    );
}

export async function buildNetwork(): Promise<void> {
  await batch(namespaceBatch());
  await batch(cableBatch(), ACCESS);
  await batch(switchBatch(), ACCESS);
  for (const node of NODES) {
    await batch(nodeBatch(node), namespaceOf(node.name));
    await setKernel(node);
  }
  // With both ends up: GRO that is switched on while its end is down does not make the other a target of XDP redirects.
  for (const node of NODES) await setOffloads(node);
}

/** The commands that every node has in PATH, and what they run. */
const PROGRAM_SCRIPTS = {
  xtrd: 'build/src/main.js',
  xtrctl: 'build/src/cli/main.js',
  'lab-traffic': 'build/scripts/story/traffic/main.js',
};

/** This process's Node, with its options. */
const NODE = [process.execPath, ...process.execArgv].join(' ');

/** Their files' names and texts. */
export function programFiles(node = NODE): (readonly [name: string, text: string])[] {
  return Object.entries(PROGRAM_SCRIPTS).map(([name, script]) => [
    name,
    `#!/bin/sh\nexec ${node} ${REPOSITORY}${script} "$@"\n`,
  ]);
}

export async function installPrograms(): Promise<void> {
  await mkdir(PROGRAMS, { recursive: true });
  for (const [name, text] of programFiles()) await writeFile(`${PROGRAMS}/${name}`, text, { mode: 0o755 });
}

export async function installFile(file: string, to: string): Promise<void> {
  await copyFile(file, to);
  await chmod(to, 0o600);
}
