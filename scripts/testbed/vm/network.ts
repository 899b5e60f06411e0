// SPDX-License-Identifier: Apache-2.0
// The switches of the roaming host's sites: bridges in a network namespace, with taps as ports.
import { addNamespace, inside, ipBatch } from '#scripts/kit/netns.js';
import { must } from '#scripts/kit/shell.js';
import type { NodeName, SwitchName } from '#scripts/testbed/topology.js';
import { ACCESS } from './names.js';
import { accessBatch, tapName } from './plan.js';

export async function buildSwitches(queues: number): Promise<void> {
  await addNamespace(ACCESS);
  // `ip -n` makes taps in this namespace: the device is opened by the process, not by the socket that it asks.
  await must(inside(ACCESS, ['ip', '-batch', '-']), { input: `${accessBatch(queues).join('\n')}\n` });
}

export async function plugInto(node: NodeName, interfaceName: string, to: SwitchName): Promise<void> {
  await ipBatch([`link set ${tapName(node, interfaceName)} master ${to}`], { namespace: ACCESS });
}
