// SPDX-License-Identifier: Apache-2.0
// Two machines with a cable between them, each an xTR with a host in a namespace; the Map-Server is in a namespace of the
// second. Pure: scripts and configurations.

import { inside } from '#scripts/kit/netns.js';

export type SiteName = 'west' | 'east';

export interface Site {
  readonly name: SiteName;
  readonly rloc: string;
  readonly eid: string;
  readonly gateway: string;
  readonly prefix: string;
  readonly eidV6: string;
  readonly gatewayV6: string;
  readonly prefixV6: string;
}

function site(name: SiteName, n: 1 | 2): Site {
  return {
    name,
    rloc: `10.0.0.${n}`,
    eid: `10.${n}.1.1`,
    gateway: `10.${n}.1.254`,
    prefix: `10.${n}.0.0/16`,
    eidV6: `2001:db8:${n}::1`,
    gatewayV6: `2001:db8:${n}::fe`,
    prefixV6: `2001:db8:${n}::/64`,
  };
}

export const WEST = site('west', 1);
export const EAST = site('east', 2);
export const MAP_SERVER = '10.0.9.2';
const MAP_SERVER_GATEWAY = '10.0.9.1';
/** Of the hosts that are now here and now there, at both sites. */
export const ROAMER_GATEWAY = '10.9.255.254';
const ROAMER_PREFIX = '10.9.0.0/16';

/** The namespaces of a machine, and what to put before a command that runs in one. */
export const inHost: readonly string[] = inside('host', []);
export const inMapServer: readonly string[] = inside('ms', []);

const UNDERLAY_MTU = 1600;

export function networkScript({ rloc, eid, gateway, eidV6, gatewayV6 }: Site): string {
  return `set -e
modprobe virtio_net
ip netns add host
ip link add eid0 type veth peer name eth0 netns host
ip -n host link set eth0 up
ip -n host address add ${eid}/16 dev eth0
ip -n host address add ${eidV6}/64 dev eth0 nodad
ip link set eid0 up
ip address add ${gateway}/16 dev eid0
ip address add ${ROAMER_GATEWAY}/16 dev eid0
ip address add ${gatewayV6}/64 dev eid0 nodad
ip -n host route add default via ${gateway}
ip -n host route add default via ${gatewayV6}
${inHost.join(' ')} ethtool -K eth0 tx off gro on
ip link set eth0 mtu ${UNDERLAY_MTU} up
ip address add ${rloc}/30 dev eth0
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`;
}

/** After the network's. */
export const MAP_SERVER_SCRIPTS: Readonly<Record<SiteName, string>> = {
  west: `ip route add ${MAP_SERVER}/32 via ${EAST.rloc}`,
  east: `set -e
ip netns add ms
ip link add ms0 type veth peer name eth0 netns ms
ip address add ${MAP_SERVER_GATEWAY}/30 dev ms0
ip link set ms0 up
ip -n ms address add ${MAP_SERVER}/30 dev eth0
ip -n ms link set eth0 up
ip -n ms link set lo up
ip -n ms route add default via ${MAP_SERVER_GATEWAY}`,
};

const KEY = '{ id: 1, algorithm: hmac-sha-256-128, file: pair.key }';

/** @param mappings EID-prefixes that the router knows at the far RLOC, and need not ask for */
export function xtrConfiguration(
  { name, rloc, prefix, prefixV6 }: Site,
  xdp: string,
  mappings: readonly string[],
): string {
  const far = name === 'west' ? EAST.rloc : WEST.rloc;
  return `name: ${name}
rlocs: [{ address: ${rloc} }]
interfaces:
  - { name: eth0, roles: [rloc] }
  - { name: eid0, roles: [eid] }
database-mappings:
  - eid-prefix: ${prefix}
  - eid-prefix: ${prefixV6}
dynamic-eids:
  - { name: roamers, eid-prefix: ${ROAMER_PREFIX} }
map-cache:
  - { eid-prefix: 0.0.0.0/0, action: send-map-request }
  - { eid-prefix: '::/0', action: send-map-request }
${mappings.map((each) => `  - { eid-prefix: '${each}', locators: [{ rloc: ${far} }] }\n`).join('')}\
map-resolvers: [${MAP_SERVER}]
map-servers:
  - { address: ${MAP_SERVER}, key: ${KEY} }
kernel-settings: set
data-path: { xdp-mode: ${xdp} }
`;
}

export const MAP_SERVER_CONFIGURATION = `name: ms
map-server:
  addresses: [${MAP_SERVER}]
  sites:
    - name: both
      keys: [${KEY}]
      eid-prefixes:
${[WEST, EAST]
  .flatMap(({ prefix, prefixV6 }) => [prefix, prefixV6])
  .map((each) => `        - eid-prefix: ${each}`)
  .join('\n')}
        - { eid-prefix: ${ROAMER_PREFIX}, accept-more-specifics: true }
`;
