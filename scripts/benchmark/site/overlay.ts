// SPDX-License-Identifier: Apache-2.0
// A whole LISP network with real agents. The host sends to EIDs that are behind `old`, or after a move behind `new`:
//
//   host -- itr -- core -- old, new -- sink
//                    |
//                  msmr
//
// The core and the sink see packets come by. Every neighbour is known, so that no figure waits for ARP.
import { setTimeout as delay } from 'node:timers/promises';
import { parseAddress } from '#addr/index.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { ObserverMethods } from '#scripts/benchmark/inside/observer.js';
import type { SenderMethods } from '#scripts/benchmark/inside/sender.js';
import { Daemon, KEY } from './daemon.js';
import { Network } from './network.js';
import { type Device, formatMac } from '#scripts/kit/netns.js';
import { eventually } from '#scripts/kit/wait.js';

export const RLOC = { itr: '4.4.4.4', old: '2.2.2.2', new: '6.6.6.6', msmr: '9.9.9.9' } as const;
type Node = keyof typeof RLOC;
export type Place = 'old' | 'new';

export const HOST = '5.5.5.5';
const HOST_EIDS = '5.5.5.0/24';
export const ROAMING_EIDS = '1.1.0.0/16';
const GATEWAY = { itr: '5.5.5.1/24', roaming: '1.1.0.1/16' } as const;
/** Of the hosts that roam: not in the first 256, where the gateway is. */
const FIRST_EID = numberOf('1.1.1.0');

/**
 * Raises the rate limits that many EIDs at once would exceed: the limits protect others from floods, and the figures are
 * about the speed of the product. Each report says so.
 */
const RATE_pps = 50_000;
export const LIMITS_TEXT =
  `limits: smr-per-rloc-interval 0 s, map-replies-per-rloc ${RATE_pps}, punt-rates ${RATE_pps}, ` +
  'held-packets, dynamic-eids, map-cache-entries, pending-map-requests 65,536; all others as they are by default';
const LIMITS = {
  ...{ 'smr-per-rloc-interval': '0s', 'map-replies-per-rloc': RATE_pps, 'held-packets': 65_536 },
  ...{ 'dynamic-eids': 65_536, 'map-cache-entries': 65_536, 'pending-map-requests': 65_536 },
} as const;
const PUNT_RATES = {
  ...{ 'map-cache-miss': RATE_pps, 'eid-detected': RATE_pps, stale: RATE_pps, 'no-neighbour': RATE_pps },
} as const;

/** Agents are at rest when all together work no more than this share of this time. */
const REST_ms = 400;
const REST_SHARE = 0.1;
const SETTLE_TIMEOUT_ms = 60_000;

export function numberOf(address: string): number {
  return Number(parseAddress(address).bits);
}

/** The n-th host that roams, as a number. */
export function roamer(n: number): number {
  return FIRST_EID + n;
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** The ends of the links that something is done with. */
interface Devices {
  readonly core: Readonly<Record<Node, Device>>;
  readonly sink: Readonly<Record<Place, Device>>;
}

export class Overlay {
  readonly devices: Devices;
  readonly core: Inside<ObserverMethods>;
  readonly sink: Inside<ObserverMethods>;
  readonly host: Inside<SenderMethods>;
  readonly daemons = new Map<Node, Daemon>();
  readonly #network: Network;
  readonly #namespaces: ReadonlyMap<string, string>;

  private constructor(network: Network, namespaces: ReadonlyMap<string, string>, devices: Devices) {
    this.#network = network;
    this.#namespaces = namespaces;
    this.devices = devices;
    this.core = new Inside({ namespace: namespaces.get('core') ?? '', module: './observer.js' });
    this.sink = new Inside({ namespace: namespaces.get('sink') ?? '', module: './observer.js' });
    this.host = new Inside({ namespace: namespaces.get('host') ?? '', module: './sender.js' });
  }

  /** Runs `use` on one, and leaves nothing of it behind. */
  static async with<T>(use: (overlay: Overlay) => Promise<T>): Promise<T> {
    const network = new Network();
    let overlay: Overlay | undefined;
    try {
      await network.mount();
      const namespaces = new Map<string, string>();
      for (const name of ['host', 'itr', 'core', 'old', 'new', 'msmr', 'sink'])
        namespaces.set(name, await network.namespace(name));
      overlay = new Overlay(network, namespaces, await build(network, namespaces));
      await overlay.start();
      return await use(overlay);
    } finally {
      await overlay?.stop();
      await network.close();
    }
  }

  async start(): Promise<void> {
    const { core, sink } = this.devices;
    for (const node of ['itr', 'old', 'new'] as const) await this.core.call('attach', core[node].ifindex);
    for (const place of ['old', 'new'] as const) await this.sink.call('attach', sink[place].ifindex);
    for (const node of ['msmr', 'itr', 'old', 'new'] as const)
      this.daemons.set(
        node,
        await Daemon.start({
          name: node,
          namespace: this.#namespaces.get(node) ?? '',
          directory: this.#network.directory,
          configuration: { ...configurationOf(node), ...this.#dataPath(node) },
        }),
      );
  }

  #dataPath(node: Node): object {
    return node === 'msmr'
      ? {}
      : { 'data-path': { 'bpf-filesystem': this.#network.bpfFilesystem, 'punt-rates': PUNT_RATES } };
  }

  async stop(): Promise<void> {
    const processes = [this.core, this.sink, this.host, ...this.daemons.values()];
    await Promise.all(processes.map((each) => each.kill()));
  }

  daemon(node: Node): Daemon {
    const daemon = this.daemons.get(node);
    if (daemon === undefined) throw new Error(`${node} is not started`);
    return daemon;
  }

  /** Of all agents so far, milliseconds. */
  get cpuTime_ms(): number {
    return [...this.daemons.values()].reduce((sum, each) => sum + each.cpuTime_ms, 0);
  }

  /** Waits until the agents have nothing left to do. @throws Error when they do not come to rest */
  async settle(): Promise<void> {
    let before = this.cpuTime_ms;
    await delay(REST_ms);
    const atRest = await eventually(async () => {
      const passed = this.cpuTime_ms - before;
      before += passed;
      if (passed < REST_ms * REST_SHARE) return true;
      await delay(REST_ms);
      return false;
    }, SETTLE_TIMEOUT_ms);
    if (!atRest) throw new Error(`the agents are not at rest after ${SETTLE_TIMEOUT_ms} ms`);
  }

  /** Hosts from `first` on speak behind a router: its kernel learns them as neighbours, all at once. */
  async appear(place: Place, first: number, count: number): Promise<void> {
    const hosts = Array.from({ length: count }, (_, i) => textOf(roamer(first + i)));
    const mac = formatMac(this.devices.sink[place].mac);
    await this.#network.ip(
      this.#namespaces.get(place) ?? '',
      // not `add`: the agent may have left an entry behind when it asked whether the host is there
      ...hosts.map((host) => `neighbour replace ${host} lladdr ${mac} dev eid0 nud permanent`),
    );
  }

  /** They have left: so that they can appear again. The agent may have forgotten some of them already. */
  async disappear(place: Place, first: number, count: number): Promise<void> {
    const hosts = Array.from({ length: count }, (_, i) => textOf(roamer(first + i)));
    await this.#network.ipTrying(
      this.#namespaces.get(place) ?? '',
      ...hosts.map((host) => `neighbour delete ${host} dev eid0`),
    );
  }
}

function configurationOf(node: Node): Record<string, unknown> {
  if (node === 'msmr')
    return {
      'map-server': {
        addresses: [RLOC.msmr],
        sites: [
          {
            ...{ name: 'roaming', keys: [KEY] },
            'eid-prefixes': [{ 'eid-prefix': ROAMING_EIDS, 'accept-more-specifics': true }],
          },
          { name: 'host', keys: [KEY], 'eid-prefixes': [{ 'eid-prefix': HOST_EIDS }] },
        ],
      },
    };
  return {
    rlocs: [{ address: RLOC[node] }],
    interfaces: [
      { name: 'eid0', roles: ['eid'] },
      { name: 'rloc0', roles: ['rloc'] },
    ],
    ...(node === 'itr'
      ? { 'database-mappings': [{ 'eid-prefix': HOST_EIDS }] }
      : { 'dynamic-eids': [{ name: 'roaming', 'eid-prefix': ROAMING_EIDS }] }),
    'map-resolvers': [RLOC.msmr],
    'map-servers': [{ address: RLOC.msmr, key: KEY }],
    limits: LIMITS,
  };
}

async function build(network: Network, namespaces: ReadonlyMap<string, string>): Promise<Devices> {
  const named = (name: string): string => namespaces.get(name) ?? '';
  const joinCore = (node: Node, number: number): Promise<Device> => toCore(network, named, node, number);
  const core = {
    itr: await joinCore('itr', 1),
    old: await joinCore('old', 2),
    new: await joinCore('new', 3),
    msmr: await joinCore('msmr', 4),
  };
  const [near, far] = await network.link([named('host'), 'eth0'], [named('itr'), 'eid0']);
  await network.ip(named('itr'), `address add ${GATEWAY.itr} dev eid0`);
  await network.ip(
    near.namespace,
    `address add ${HOST}/24 dev eth0`,
    `neighbour add 5.5.5.1 lladdr ${formatMac(far.mac)} dev eth0 nud permanent`,
    'route add default via 5.5.5.1',
  );
  const toSink = async (place: Place): Promise<Device> => {
    const [, end] = await network.link([named(place), 'eid0'], [named('sink'), place]);
    await network.ip(named(place), `address add ${GATEWAY.roaming} dev eid0`);
    return end;
  };
  return { core, sink: { old: await toSink('old'), new: await toSink('new') } };
}

/** @returns the end in the core */
async function toCore(
  network: Network,
  named: (name: string) => string,
  node: Node,
  number: number,
): Promise<Device> {
  const name = node === 'msmr' ? 'eth0' : 'rloc0';
  const [near, far] = await network.link([named(node), name], [named('core'), node]);
  await network.ip(
    near.namespace,
    `address add 10.8.${number}.1/24 dev ${name}`,
    `address add ${RLOC[node]}/32 dev lo`,
    `neighbour add 10.8.${number}.2 lladdr ${formatMac(far.mac)} dev ${name} nud permanent`,
    `route add default via 10.8.${number}.2`,
  );
  await network.ip(
    far.namespace,
    `address add 10.8.${number}.2/24 dev ${node}`,
    `neighbour add 10.8.${number}.1 lladdr ${formatMac(near.mac)} dev ${node} nud permanent`,
    `route add ${RLOC[node]}/32 via 10.8.${number}.1`,
  );
  return far;
}
