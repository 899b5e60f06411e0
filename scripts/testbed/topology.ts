// SPDX-License-Identifier: Apache-2.0
// The network of the story. Back ends build it; acts use its names and addresses.

export type RouterName = 'xtr2' | 'xtr4' | 'xtr6' | 'msmr';
export type NodeName = RouterName | 'core' | 'host1' | 'host5';
export type SwitchName = 'site2' | 'site6';

export interface Interface {
  readonly name: string;
  /** The other end of the cable: an interface of a node, or a switch. */
  readonly to: { readonly node: NodeName; readonly interface: string } | { readonly switch: SwitchName };
  readonly addresses: readonly string[];
  readonly mtu: number;
  readonly mac?: string;
}

export interface Route {
  readonly to: string;
  readonly via: string;
}

export interface Node {
  readonly name: NodeName;
  readonly kind: 'router' | 'core' | 'host';
  /** Addresses of the loopback interface. */
  readonly loopback: readonly string[];
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Route[];
}

/** Room for a full-size inner packet: outer IPv6, UDP and LISP headers take 56 bytes. */
const UNDERLAY_MTU = 1600;
const SITE_MTU = 1500;

/** One gateway address and MAC at both sites of the roaming host, so that its ARP cache stays right. */
const ANYCAST_GATEWAY = {
  addresses: ['1.1.1.254/24', '2001:db8:1::fe/64'],
  mac: '02:00:00:00:01:fe',
};

export const RLOC = { xtr2: '2.2.2.2', xtr4: '4.4.4.4', xtr6: '6.6.6.6', msmr: '192.0.2.9' } as const;

export const HOST1 = {
  eid: '1.1.1.1',
  eidV6: '2001:db8:1::1',
  gateway: '1.1.1.254',
  gatewayV6: '2001:db8:1::fe',
} as const;

export const HOST5 = {
  eid: '5.5.5.5',
  eidV6: '2001:db8:5::5',
  gateway: '5.5.5.254',
  gatewayV6: '2001:db8:5::fe',
} as const;

/** A router's cable to the core: 10.0.N.2 at the router, 10.0.N.1 at the core. */
function uplink(name: RouterName, n: number): Pick<Node, 'loopback' | 'routes'> & { rloc0: Interface } {
  return {
    loopback: [`${RLOC[name]}/32`],
    rloc0: {
      name: 'rloc0',
      to: { node: 'core', interface: name },
      addresses: [`10.0.${n}.2/30`],
      mtu: UNDERLAY_MTU,
    },
    routes: [{ to: '0.0.0.0/0', via: `10.0.${n}.1` }],
  };
}

function router(name: RouterName, n: number, eid0?: Omit<Interface, 'name' | 'mtu'>): Node {
  const { rloc0, ...rest } = uplink(name, n);
  const interfaces = eid0 ? [rloc0, { name: 'eid0', mtu: SITE_MTU, ...eid0 }] : [rloc0];
  return { name, kind: 'router', interfaces, ...rest };
}

function host(name: 'host1' | 'host5', to: Interface['to'], at: typeof HOST1 | typeof HOST5): Node {
  return {
    name,
    kind: 'host',
    loopback: [],
    interfaces: [{ name: 'eth0', to, addresses: [`${at.eid}/24`, `${at.eidV6}/64`], mtu: SITE_MTU }],
    routes: [
      { to: '0.0.0.0/0', via: at.gateway },
      { to: '::/0', via: at.gatewayV6 },
    ],
  };
}

/** Plain IP: it knows how to reach RLOCs, and no EID. */
function core(routers: readonly { readonly name: RouterName; readonly n: number }[]): Node {
  return {
    name: 'core',
    kind: 'core',
    loopback: [],
    interfaces: routers.map(({ name, n }) => ({
      name,
      to: { node: name, interface: 'rloc0' },
      addresses: [`10.0.${n}.1/30`],
      mtu: UNDERLAY_MTU,
    })),
    routes: routers.map(({ name, n }) => ({ to: `${RLOC[name]}/32`, via: `10.0.${n}.2` })),
  };
}

export const NODES: readonly Node[] = [
  core([
    { name: 'xtr2', n: 2 },
    { name: 'xtr4', n: 4 },
    { name: 'xtr6', n: 6 },
    { name: 'msmr', n: 9 },
  ]),
  router('msmr', 9),
  router('xtr2', 2, { to: { switch: 'site2' }, ...ANYCAST_GATEWAY }),
  router('xtr4', 4, {
    to: { node: 'host5', interface: 'eth0' },
    addresses: [`${HOST5.gateway}/24`, `${HOST5.gatewayV6}/64`],
  }),
  router('xtr6', 6, { to: { switch: 'site6' }, ...ANYCAST_GATEWAY }),
  host('host1', { switch: 'site2' }, HOST1),
  host('host5', { node: 'xtr4', interface: 'eid0' }, HOST5),
];

/** Layer-2 switches at the roaming host's sites: its cable moves, the routers' carriers stay. */
export const SWITCHES: readonly SwitchName[] = ['site2', 'site6'];

export const XTRS = ['xtr2', 'xtr4', 'xtr6'] as const;
export const ROUTERS: readonly RouterName[] = ['msmr', ...XTRS];

export function isRouter(name: string): name is RouterName {
  return ROUTERS.some((router) => router === name);
}
