// SPDX-License-Identifier: Apache-2.0
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { addNamespace, inside, ipBatch } from '#scripts/kit/netns.js';
import { must } from '#scripts/kit/shell.js';
import { PROGRAMS } from '#scripts/testbed/names.js';
import { kernelSettingLines, nodeBatch, programFiles } from '#scripts/testbed/node.js';
import { type Node, NODES } from '#scripts/testbed/topology.js';
import { cableBatch, farEnd, nearEnd, switchBatch } from './cables.js';
import { ACCESS, namespaceOf } from './names.js';

/**
 * XDP sends a frame into a veth only if the other end polls (its GRO is on), and frames that leave a host have to carry
 * a finished checksum, as on a wire. Routers see to their own interfaces.
 */
async function setOffloads(node: Node): Promise<void> {
  for (const nic of node.interfaces) {
    const [near, far] = [nearEnd(node, nic), farEnd(node, nic)].map(({ namespace, name }) =>
      inside(namespace, ['ethtool', '-K', name]),
    );
    if (node.kind === 'host') await must([...(near ?? []), 'tx', 'off', 'gro', 'on']);
    if (node.kind === 'router') await must([...(far ?? []), 'gro', 'on']);
  }
}

async function setKernel({ name, kind }: Node): Promise<void> {
  for (const line of kernelSettingLines(kind)) await must(inside(namespaceOf(name), ['sh', '-c', line]));
}

export async function buildNetwork(): Promise<void> {
  for (const namespace of [ACCESS, ...NODES.map(({ name }) => namespaceOf(name))])
    await addNamespace(namespace);
  await ipBatch(cableBatch(), { namespace: ACCESS });
  await ipBatch(switchBatch(), { namespace: ACCESS });
  for (const node of NODES) {
    await ipBatch(nodeBatch(node), { namespace: namespaceOf(node.name) });
    await setKernel(node);
  }
  // With both ends up: GRO that is switched on while its end is down does not make the other a target of XDP redirects.
  for (const node of NODES) await setOffloads(node);
}

export async function installPrograms(): Promise<void> {
  await mkdir(PROGRAMS, { recursive: true });
  for (const [name, text] of programFiles()) await writeFile(`${PROGRAMS}/${name}`, text, { mode: 0o755 });
}

export async function installFile(file: string, to: string): Promise<void> {
  await copyFile(file, to);
  await chmod(to, 0o600);
}
