// SPDX-License-Identifier: Apache-2.0
// Topology to `ip` batches: pure text, one line a command.
import { type Interface, type Node, NODES, type NodeName, SWITCHES } from '#scripts/story/topology.js';
import { ACCESS, namespaceOf } from './names.js';

/** A port of a switch carries the name of what is plugged into it. */
export function portName(node: NodeName, interfaceName: string): string {
  return `${node}-${interfaceName}`;
}

interface CableEnd {
  readonly namespace: string;
  readonly device: string;
}

/** Where an interface's cable ends. */
export function farEnd(node: Node, { name, to }: Interface): CableEnd {
  return 'switch' in to
    ? { namespace: ACCESS, device: portName(node.name, name) }
    : { namespace: namespaceOf(to.node), device: to.interface };
}

function cable(node: Node, nic: Interface): string {
  const far = farEnd(node, nic);
  return (
    `link add name ${nic.name} netns ${namespaceOf(node.name)} type veth ` +
    `peer name ${far.device} netns ${far.namespace}`
  );
}

function eachInterface<T>(of: (node: Node, nic: Interface) => T): T[] {
  return NODES.flatMap((node) => node.interfaces.map((nic) => of(node, nic)));
}

export function namespaceBatch(): string[] {
  return [ACCESS, ...NODES.map((node) => namespaceOf(node.name))].map((name) => `netns add ${name}`);
}

/**
 * Both ends name a cable between nodes, so it is made from the end that comes first. To be run in the namespace of the
 * switches: older kernels (seen on 6.12) refuse an `eth0` for another namespace where they are asked in one that has it.
 */
export function cableBatch(): string[] {
  const made = new Set<string>();
  const cables = eachInterface((node, nic) => {
    const ends = [{ namespace: namespaceOf(node.name), device: nic.name }, farEnd(node, nic)];
    const key = ends
      .map((end) => `${end.namespace} ${end.device}`)
      .sort()
      .join(' ');
    if (made.has(key)) return [];
    made.add(key);
    return [cable(node, nic)];
  });
  return cables.flat();
}

/** Switches and what is plugged into them. */
export function switchBatch(): string[] {
  const ports = eachInterface(({ name }, nic) =>
    'switch' in nic.to ? [`link set ${portName(name, nic.name)} master ${nic.to.switch} up`] : [],
  );
  const switches = SWITCHES.map((name) => [
    `link add ${name} type bridge stp_state 0 mcast_snooping 0`,
    `link set ${name} addrgenmode none up`,
  ]);
  return [...switches.flat(), ...ports.flat()];
}

/** Interfaces, addresses and routes of one node. */
export function nodeBatch({ loopback, interfaces, routes }: Node): string[] {
  return [
    'link set lo up',
    ...loopback.map((address) => `address add ${address} dev lo`),
    ...interfaces.flatMap(({ name, mtu, mac, addresses }) => [
      `link set ${name} mtu ${mtu}${mac === undefined ? '' : ` address ${mac}`} up`,
      // Without duplicate address detection an IPv6 address can be used at once.
      ...addresses.map(
        (address) => `address add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`,
      ),
    ]),
    ...routes.map(({ to, via }) => `route add ${to} via ${via}`),
  ];
}
