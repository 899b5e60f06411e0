// SPDX-License-Identifier: Apache-2.0
// Commands that make a booted machine a node of the topology.
import { isRouter, type Node, type NodeName } from '#scripts/testbed/topology.js';
import { type Accelerator, nodeCommand } from '#scripts/vm/machine/accelerator.js';
import type { Guest } from '#scripts/vm/machine/guest.js';
import { kernelSettingLines, nodeBatch, programFiles } from '#scripts/testbed/node.js';
import { PROGRAMS, RUN_DIRECTORY, socketOf } from '#scripts/testbed/names.js';

/** Of every command in the node: the lab's programs, and the router's agent. */
export function environmentOf(node: NodeName): Record<string, string> {
  return {
    PATH: `${PROGRAMS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    ...(isRouter(node) && { XTRD_SOCKET: socketOf(node) }),
  };
}

/** Puts a file into the node's lab directory, readable by root alone. */
export async function putFile(guest: Guest, name: string, text: string): Promise<string> {
  const path = `${RUN_DIRECTORY}/${name}`;
  await guest.must(['sh', '-c', 'umask 077 && cat >"$1"', 'sh', path], { input: text });
  return path;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One script, as a program takes long to start where instructions are emulated. */
export function setUpScript(node: Node, accelerator: Accelerator): string {
  // Interfaces get the names of the topology by way of others: a new name may be an old one of another interface.
  const names = [
    ...node.interfaces.map((_, i) => `link set eth${i} name nic${i}`),
    ...node.interfaces.map(({ name }, i) => `link set nic${i} name ${name}`),
  ];
  const batch = (lines: readonly string[]): string => `ip -batch - <<END\n${lines.join('\n')}\nEND`;
  return [
    'set -e',
    'modprobe virtio_net',
    batch(names),
    ...kernelSettingLines(node.kind),
    batch(nodeBatch(node)),
    `mkdir -p -m 700 ${RUN_DIRECTORY}`,
    `mkdir -p ${PROGRAMS}`,
    ...programFiles(nodeCommand(accelerator).join(' ')).map(
      ([name, text]) => `printf %s ${shellWord(text)} >${PROGRAMS}/${name}`,
    ),
    `chmod 755 ${PROGRAMS}/*`,
  ].join('\n');
}

export async function setUpNode(guest: Guest, node: Node, accelerator: Accelerator): Promise<void> {
  await guest.must(['sh', '-s'], { input: setUpScript(node, accelerator) });
}
