// SPDX-License-Identifier: Apache-2.0
// What makes a node of the topology of a namespace or a machine: pure text.
import { REPOSITORY } from '#scripts/kit/repository.js';
import type { Node } from './topology.js';

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

/**
 * The core forwards. A roaming host keeps its neighbours while its carrier is gone, as those on Wi-Fi do: the gateway
 * has one address and MAC everywhere. (Linux 5.16; an older kernel asks for the gateway again.)
 */
export const KERNEL_SETTINGS = {
  core: { 'net/ipv4/ip_forward': 1 },
  host: { 'net/ipv4/conf/eth0/arp_evict_nocarrier': 0, 'net/ipv6/conf/eth0/ndisc_evict_nocarrier': 0 },
  router: {},
} as const;

/** Lines of a shell script; a kernel may lack a setting. */
export function kernelSettingLines(kind: Node['kind']): string[] {
  return Object.entries(KERNEL_SETTINGS[kind]).map(
    ([key, value]) => `test ! -e /proc/sys/${key} || echo ${String(value)} >/proc/sys/${key}`,
  );
}

/** The commands that every node has in PATH, and what they run. */
const PROGRAM_SCRIPTS = {
  xtrd: 'build/src/main.js',
  xtrctl: 'build/src/cli/main.js',
  'lab-traffic': 'build/scripts/testbed/traffic/main.js',
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
