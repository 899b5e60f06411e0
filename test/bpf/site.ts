// SPDX-License-Identifier: Apache-2.0
// The router of the tests: interfaces, routes and neighbours of its network namespace, and default tables.
import {
  EID_FACING,
  type Entry,
  interfaceEntry,
  localEid,
  localRloc,
  locator,
  locatorSet,
  mapping,
  port,
  RLOC_FACING,
  settings,
} from './tables.js';

export interface Port {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
}

/**
 * Interfaces: EID-facing in instance 0, EID-facing in instance 7, RLOC-facing, both, and one that is not configured.
 */
export const EID: Port = {
  name: 'eid',
  ifindex: 101,
  mac: '02:00:00:00:01:01',
  mtu: 1400,
  addresses: ['5.5.5.254/24', 'fd00:5::fe/64'],
};
export const EID7: Port = {
  name: 'eid7',
  ifindex: 107,
  mac: '02:00:00:00:01:07',
  mtu: 1500,
  addresses: ['172.16.2.254/24', 'fd01:2::fe/64'],
};
export const RLOC: Port = {
  name: 'rloc',
  ifindex: 102,
  mac: '02:00:00:00:01:02',
  mtu: 1500,
  addresses: ['10.0.2.2/24', 'fd00:2::2/64'],
};
export const BOTH: Port = {
  name: 'both',
  ifindex: 103,
  mac: '02:00:00:00:01:03',
  mtu: 1500,
  addresses: ['5.5.6.254/24'],
};
export const OTHER: Port = {
  name: 'other',
  ifindex: 104,
  mac: '02:00:00:00:01:04',
  mtu: 1500,
  addresses: [],
};
export const PORTS = [EID, EID7, RLOC, BOTH, OTHER];

export const GATEWAY_MAC = '02:00:00:00:02:01';
export const HOST_MAC = '02:00:00:00:02:05';

/** Local RLOCs, and remote RLOCs with different kinds of routes. */
export const OURS = { 4: '4.4.4.4', 6: 'fd00:4::4' } as const;
export const REMOTE = { 4: '2.2.2.2', 6: 'fd00:22::2' } as const;
export const SECOND = { 4: '6.6.6.6', 6: 'fd00:66::6' } as const;
export const SILENT = { 4: '9.9.9.9', 6: 'fd00:99::9' } as const;
export const NARROW = { 4: '3.3.3.3', 6: 'fd00:33::3' } as const;
export const BLACKHOLE = { 4: '8.8.8.8', 6: 'fd00:88::8' } as const;
export const UNREACHED = { 4: '7.7.7.7', 6: 'fd00:77::7' } as const;
/** An RLOC whose next hop has the MAC address of EID. */
export const MIRROR = '2.2.2.9';

/** The local host, a local host that does not answer, and the remote host. */
export const HOST = { 4: '5.5.5.5', 6: 'fd00:5::5' } as const;
export const ABSENT_HOST = { 4: '5.5.5.9', 6: 'fd00:5::9' } as const;
export const PEER = { 4: '1.1.1.1', 6: 'fd00:1::1' } as const;
/** The local host in instance 7. */
export const HOST7 = '172.16.2.10';
export const NARROW_MTU = 1280;

export type Family = 4 | 6;
export const FAMILIES = [4, 6] as const;

/** For `ip -batch`: interfaces, routes and neighbours. */
export function ipCommands(): string[] {
  const routes = FAMILIES.flatMap((family) => {
    const via = family === 4 ? '10.0.2.1' : 'fd00:2::1';
    return [
      ...[REMOTE, SECOND].map((rloc) => `route add ${rloc[family]} via ${via} dev rloc`),
      `route add ${NARROW[family]} via ${via} dev rloc mtu lock ${NARROW_MTU}`,
      `route add ${SILENT[family]} via ${family === 4 ? '10.0.2.9' : 'fd00:2::9'} dev rloc`,
      `route add blackhole ${BLACKHOLE[family]}`,
      `neigh add ${via} lladdr ${GATEWAY_MAC} dev rloc nud permanent`,
      `neigh add ${HOST[family]} lladdr ${HOST_MAC} dev eid nud permanent`,
    ];
  });
  return [
    'link set lo up',
    ...PORTS.flatMap(portCommands),
    ...routes,
    ...[HOST7, 'fd01:2::10'].map((host) => `neigh add ${host} lladdr ${HOST_MAC} dev eid7 nud permanent`),
    `route add ${MIRROR} via 10.0.2.7 dev rloc`,
    `neigh add 10.0.2.7 lladdr ${EID.mac} dev rloc nud permanent`,
    // the other xTR of the captures
    'route add 10.0.1.3 via 10.0.2.1 dev rloc',
    'route add fd00:1::2 via fd00:2::1 dev rloc',
  ];
}

/** Interfaces with a large MTU, for frames of several buffers; only if the kernel supports them. */
export const JUMBO_EID: Port = {
  name: 'jumbo-eid',
  ifindex: 111,
  mac: '02:00:00:00:01:11',
  mtu: 9000,
  addresses: ['5.5.8.254/24', 'fd00:8::fe/64'],
};
export const JUMBO_RLOC: Port = {
  name: 'jumbo-rloc',
  ifindex: 112,
  mac: '02:00:00:00:01:12',
  mtu: 9000,
  addresses: ['10.0.3.2/24', 'fd00:3::2/64'],
};
export const JUMBO_PORTS = [JUMBO_EID, JUMBO_RLOC];
export const JUMBO_HOST = { 4: '5.5.8.5', 6: 'fd00:8::5' } as const;
export const JUMBO_REMOTE = { 4: '2.2.3.3', 6: 'fd00:23::3' } as const;

/** Commands for JUMBO_PORTS. */
export function jumboCommands(): string[] {
  return [
    ...JUMBO_PORTS.flatMap(portCommands),
    ...FAMILIES.flatMap((family) => {
      const via = family === 4 ? '10.0.3.1' : 'fd00:3::1';
      return [
        `route add ${JUMBO_REMOTE[family]} via ${via} dev jumbo-rloc`,
        `neigh add ${via} lladdr ${GATEWAY_MAC} dev jumbo-rloc nud permanent`,
        `neigh add ${JUMBO_HOST[family]} lladdr ${HOST_MAC} dev jumbo-eid nud permanent`,
      ];
    }),
  ];
}

function portCommands({ name, ifindex, mac, mtu, addresses }: Port): string[] {
  return [
    `link add ${name} index ${ifindex} address ${mac} type veth peer name ${name}-peer`,
    `link set ${name} mtu ${mtu} up`,
    `link set ${name}-peer up`,
    ...addresses.map((text) => `address add ${text} dev ${name}${text.includes(':') ? ' nodad' : ''}`),
  ];
}

/**
 * The default tables of a case: interfaces, RLOCs, local EIDs, high punt limits. Locator-set 0 is REMOTE over IPv4, 1
 * over IPv6.
 */
export const SITE: readonly Entry[] = [
  interfaceEntry(EID.ifindex, EID.mac, EID_FACING),
  interfaceEntry(EID7.ifindex, EID7.mac, EID_FACING, 7),
  interfaceEntry(RLOC.ifindex, RLOC.mac, RLOC_FACING),
  interfaceEntry(BOTH.ifindex, BOTH.mac, EID_FACING | RLOC_FACING),
  ...PORTS.map(({ ifindex }) => port(ifindex)),
  localRloc(OURS[4]),
  localRloc(OURS[6]),
  localEid('5.5.5.0/24'),
  localEid('fd00:5::/64'),
  localEid('172.16.2.0/24', { instanceId: 7 }),
  locatorSet(0, () => 0),
  locatorSet(1, () => 1),
  locator(0, OURS[4], REMOTE[4]),
  locator(1, OURS[6], REMOTE[6]),
  mapping('5.5.5.0/24', { action: 5 }),
  mapping('fd00:5::/64', { action: 5 }),
  settings(),
];
