// SPDX-License-Identifier: Apache-2.0
// Cables and switches of the topology as `ip` batches: pure text, one line a command.
import { type VethEnd, vethLine } from '#scripts/kit/netns.js';
import { portName, switchLines } from '#scripts/testbed/switches.js';
import { type Interface, type Node, NODES } from '#scripts/testbed/topology.js';
import { ACCESS, namespaceOf } from './names.js';

/** Where an interface's cable ends. */
export function farEnd(node: Node, { name, to }: Interface): VethEnd {
  return 'switch' in to
    ? { namespace: ACCESS, name: portName(node.name, name) }
    : { namespace: namespaceOf(to.node), name: to.interface };
}

export function nearEnd(node: Node, { name }: Interface): VethEnd {
  return { namespace: namespaceOf(node.name), name };
}

function eachInterface<T>(of: (node: Node, nic: Interface) => T): T[] {
  return NODES.flatMap((node) => node.interfaces.map((nic) => of(node, nic)));
}

/**
 * Both ends name a cable between nodes, so it is made from the end that comes first. To be run in the namespace of the
 * switches, where no interface is called `eth0`: see vethLine.
 */
export function cableBatch(): string[] {
  const made = new Set<string>();
  const cables = eachInterface((node, nic) => {
    const ends = [nearEnd(node, nic), farEnd(node, nic)] as const;
    const key = ends
      .map(({ namespace, name }) => `${namespace} ${name}`)
      .sort()
      .join(' ');
    if (made.has(key)) return [];
    made.add(key);
    return [vethLine(...ends)];
  });
  return cables.flat();
}

/** Switches and what is plugged into them. */
export function switchBatch(): string[] {
  const ports = eachInterface(({ name }, nic) =>
    'switch' in nic.to ? [`link set ${portName(name, nic.name)} master ${nic.to.switch} up`] : [],
  );
  return [...switchLines(), ...ports.flat()];
}
