// SPDX-License-Identifier: Apache-2.0
// The topology as virtual machines: pure text. scripts/vagrant/machines.json is written from it, for the Vagrantfile.
import {
  type Interface,
  type Node,
  NODES,
  type NodeName,
  type Route,
  SWITCHES,
} from '#scripts/testbed/topology.js';
import { KERNEL_SETTINGS, nodeBatch } from '#scripts/testbed/node.js';

export interface Nic {
  /** What the machine calls it. */
  readonly name: string;
  /** As Vagrant wants it: 12 hexadecimal digits. */
  readonly mac: string;
  /** The network that it is plugged into; each has two ends. */
  readonly cable: string;
  readonly mtu: number;
}

/** The roaming host has a NIC at every site. They are ports of a bridge, and at most one of them is up. */
export interface Bridge {
  readonly name: string;
  readonly mac: string;
  readonly ports: readonly string[];
  readonly plugged: string;
}

export interface Machine {
  readonly name: NodeName;
  readonly nics: readonly Nic[];
  readonly bridge?: Bridge;
  /** Lines for `ip -batch`, which may run again. */
  readonly network: readonly string[];
  /** Values of files below /proc/sys; a kernel may lack one. */
  readonly settings: Readonly<Record<string, number>>;
}

/** Vagrant's own NIC is eth0. */
export function deviceName(interfaceName: string): string {
  return interfaceName === 'eth0' ? 'lan0' : interfaceName;
}

/** Locally administered; "xtr", the number of the machine and that of the NIC. */
function macOf(machine: number, nic: number): string {
  return `02787472${[machine, nic].map((n) => n.toString(16).padStart(2, '0')).join('')}`;
}

/** No two nodes share more than one cable. */
function cableOf(node: Node, { to }: Interface): string {
  return 'switch' in to ? to.switch : [node.name, to.node].sort().join('-');
}

function roams({ kind }: Node, { to }: Interface): boolean {
  return kind === 'host' && 'switch' in to;
}

/** Names and cables of what an interface of the topology is made of. */
function plugs(node: Node, nic: Interface): Omit<Nic, 'mac'>[] {
  if (roams(node, nic)) return SWITCHES.map((name) => ({ name, cable: name, mtu: nic.mtu }));
  return [{ name: deviceName(nic.name), cable: cableOf(node, nic), mtu: nic.mtu }];
}

function bridgeOf(node: Node, number: number): Bridge | undefined {
  const roaming = node.interfaces.find((nic) => roams(node, nic));
  if (!roaming || !('switch' in roaming.to)) return undefined;
  const mac = (macOf(number, 0xff).match(/../g) ?? []).join(':');
  return { name: deviceName(roaming.name), mac, ports: SWITCHES, plugged: roaming.to.switch };
}

/**
 * A default route in halves, which win over the one that Vagrant's network brings. Where the topology has none, nothing
 * may leave by that network either.
 */
function routesOf({ routes }: Node): string[] {
  const halves = { '0.0.0.0/0': ['0.0.0.0/1', '128.0.0.0/1'], '::/0': ['::/1', '8000::/1'] };
  const isDefault = ({ to }: Route): boolean => to in halves;
  const defaults = Object.entries(halves).flatMap(([whole, parts]) => {
    const via = routes.find(({ to }) => to === whole)?.via;
    return parts.map((half) => (via === undefined ? `unreachable ${half}` : `${half} via ${via}`));
  });
  const others = routes.filter((route) => !isDefault(route)).map(({ to, via }) => `${to} via ${via}`);
  return [...others, ...defaults];
}

/** As in the namespace lab, but every line may run again. */
function networkOf(node: Node): string[] {
  const interfaces = node.interfaces.map((nic) => ({ ...nic, name: deviceName(nic.name) }));
  const links = nodeBatch({ ...node, interfaces, routes: [] }).map((line) =>
    line.replace(/^address add/, 'address replace'),
  );
  return [...links, ...routesOf(node).map((route) => `route replace ${route}`)];
}

function settingsOf({ kind }: Node): Record<string, number> {
  const settings = Object.entries(KERNEL_SETTINGS[kind]).map(([path, value]) => [
    path.split('/').map(deviceName).join('/'),
    value,
  ]);
  return Object.fromEntries(settings) as Record<string, number>;
}

function machine(node: Node, index: number): Machine {
  const number = index + 1;
  const nics = node.interfaces
    .flatMap((nic) => plugs(node, nic))
    .map((nic, i) => ({ ...nic, mac: macOf(number, i) }));
  const bridge = bridgeOf(node, number);
  return {
    name: node.name,
    nics,
    ...(bridge && { bridge }),
    network: networkOf(node),
    settings: settingsOf(node),
  };
}

export const MACHINES: readonly Machine[] = NODES.map(machine);
