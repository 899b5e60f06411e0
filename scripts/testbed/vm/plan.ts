// SPDX-License-Identifier: Apache-2.0
// The topology as machines: whose cables are sockets between two emulators, and whose are taps in a switch. Pure.
import { type Interface, type Node, NODES, type NodeName } from '#scripts/testbed/topology.js';
import type { Nic } from '#scripts/vm/machine/nic.js';
import { portName, switchLines } from '#scripts/testbed/switches.js';

/** Names of Linux interfaces have at most so many characters. */
const NAME_LENGTH = 15;

/** A tap is called as the port of the switch is in the other lab. */
export function tapName(node: NodeName, interfaceName: string): string {
  return portName(node, interfaceName).slice(0, NAME_LENGTH);
}

/** Locally administered: the node's place in the topology, and the interface's. */
function macOf(node: Node, index: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `02:78:74:72:${hex(NODES.indexOf(node))}:${hex(index)}`;
}

/** What NICs are, besides the topology. */
export interface NicOptions {
  /** Where the sockets of cables are. */
  readonly directory: string;
  /** Of NICs in a switch. */
  readonly queues: number;
  /** Of routers: whether a tap may hand them packets without a checksum. Native XDP switches that off, generic does not. */
  readonly guestOffloads: boolean;
}

const NO_GUEST_OFFLOADS = ['csum', 'tso4', 'tso6', 'ecn', 'ufo'].map((name) => `guest_${name}=off`).join();

/** The end whose node comes first listens: nodes are started in their order. */
function nicOf(node: Node, nic: Interface, index: number, options: NicOptions): Nic {
  const { to } = nic;
  const { directory, queues, guestOffloads } = options;
  const mac = macOf(node, index);
  if ('switch' in to) {
    const tap = { mac, to: { tap: tapName(node.name, nic.name), queues } };
    return guestOffloads || node.kind !== 'router' ? tap : { ...tap, properties: NO_GUEST_OFFLOADS };
  }
  const listens = NODES.indexOf(node) < NODES.findIndex(({ name }) => name === to.node);
  const [first, second] = listens
    ? [portName(node.name, nic.name), portName(to.node, to.interface)]
    : [portName(to.node, to.interface), portName(node.name, nic.name)];
  return { mac, to: { stream: `${directory}/${first}+${second}.cable`, listens } };
}

/** NICs in the order of the node's interfaces: the guest's kernel calls them eth0, eth1 ... */
export function nicsOf(node: Node, options: NicOptions): Nic[] {
  return node.interfaces.map((nic, index) => nicOf(node, nic, index, options));
}

/** A virtio NIC receives on no more queues than its machine has processors. */
export function cpusOf(node: Node, { queues }: Pick<NicOptions, 'queues'>): number {
  return node.kind === 'router' && node.interfaces.some(({ to }) => 'switch' in to) ? queues : 1;
}

/** `ip` commands for the switches, and the taps that are plugged into them. */
export function accessBatch(queues: number): string[] {
  const taps = NODES.flatMap((node) =>
    node.interfaces.flatMap(({ name, to }) => {
      if (!('switch' in to)) return [];
      const tap = tapName(node.name, name);
      return [
        `tuntap add dev ${tap} mode tap${queues > 1 ? ' multi_queue' : ''}`,
        `link set ${tap} addrgenmode none master ${to.switch} up`,
      ];
    }),
  );
  return [...switchLines(), ...taps];
}
