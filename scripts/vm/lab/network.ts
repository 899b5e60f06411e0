// SPDX-License-Identifier: Apache-2.0
// The switches of the roaming host's sites: bridges in a network namespace, with taps as ports.
import { inside } from '#scripts/story/netns/names.js';
import { must } from '#scripts/story/netns/shell.js';
import type { NodeName, SwitchName } from '#scripts/story/topology.js';
import { ACCESS } from './names.js';
import { accessBatch, tapName } from './plan.js';

async function batch(lines: readonly string[]): Promise<void> {
  await must(['ip', '-n', ACCESS, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

export async function buildSwitches(queues: number): Promise<void> {
  await must(['ip', 'netns', 'add', ACCESS]);
  // `ip -n` makes taps in this namespace: the device is opened by the process, not by the socket that it asks.
  await must(inside(ACCESS, ['ip', '-batch', '-']), {
    input: `${['link set lo up', ...accessBatch(queues)].join('\n')}\n`,
  });
}

export async function plugInto(node: NodeName, interfaceName: string, to: SwitchName): Promise<void> {
  await batch([`link set ${tapName(node, interfaceName)} master ${to}`]);
}
