// SPDX-License-Identifier: Apache-2.0
import { parseAddress, parsePrefix } from '#addr/index.js';
import type { TrieEffect } from '#core/ports.js';
import { type DataPathOptions, type DataPathSizes, DEFAULT_PUNT_LIMITS } from '#datapath/index.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { NextHop, RouterMethods } from '#scripts/benchmark/inside/router.js';
import { FAMILIES, REMOTE_RLOCS, type Site } from './addresses.js';
import type { Network } from './network.js';
import { type Device, formatMac } from '#scripts/kit/netns.js';

export const MILLION = 1_000_000;

const SIZES: Omit<DataPathSizes, 'mapCacheEntries'> = {
  dynamicEids: 4096,
  locatorSets: 4096,
  locators: 4096,
  puntRing: 1 << 20,
};

/** One punt for an EID and no more: a miss that is measured is one whose punt is suppressed. */
const ONCE_ms = 3_600_000;
export const PUNT_LIMITS: DataPathOptions['puntLimits'] = {
  ...DEFAULT_PUNT_LIMITS,
  'map-cache-miss': { ...DEFAULT_PUNT_LIMITS['map-cache-miss'], interval_ms: ONCE_ms },
  stale: { ...DEFAULT_PUNT_LIMITS.stale, interval_ms: ONCE_ms },
};

/** The neighbour at the other end of a link, with no protocol that finds it. */
interface Neighbour {
  readonly near: Device;
  readonly far: Device;
}

export interface RouterLinks {
  /** From the generator, EID-facing. */
  readonly host: Device;
  /** From the generator, RLOC-facing. */
  readonly tunnel: Device;
  /** To the sink: the underlay. */
  readonly up: Neighbour;
  /** To the sink: hosts. */
  readonly down: Neighbour;
  /** To another router. */
  readonly core?: Neighbour;
}

export class Router {
  readonly site: Site;
  readonly links: RouterLinks;
  readonly process: Inside<RouterMethods>;
  readonly #network: Network;
  readonly #namespace: string;
  readonly #name: string;
  readonly #mapCacheEntries: number;

  constructor(
    network: Network,
    name: string,
    namespace: string,
    site: Site,
    links: RouterLinks,
    cpu: number,
    mapCacheEntries: number,
  ) {
    this.#network = network;
    this.#namespace = namespace;
    this.#name = name;
    this.#mapCacheEntries = mapCacheEntries;
    this.site = site;
    this.links = links;
    const nodeOptions = ['--max-old-space-size=8192']; // for a million mappings and more
    this.process = new Inside({ namespace, module: './router.js', cpu, nodeOptions });
  }

  /** Routes, neighbours, the data path, and the EIDs of the site. */
  async start(): Promise<void> {
    const { up, down, core } = this.links;
    await this.#neighbour(up, 1);
    await this.#neighbour(down, 2);
    if (core) await this.#neighbour(core, 3);
    for (const family of FAMILIES) {
      const length = family === 4 ? 32 : 128;
      await this.#network.ip(this.#namespace, `address add ${this.site.rloc[family]}/${length} dev lo`);
      await this.route(REMOTE_RLOCS[family], up, 1);
      await this.route(this.site.eids[family], down, 2);
    }
    await this.process.call('open', this.#options());
    const local = FAMILIES.map((family): TrieEffect => {
      const eid = { instanceId: 0, prefix: parsePrefix(this.site.eids[family]) };
      return { type: 'local-eid-set', eid, entry: { kind: 'local', ifindex: undefined, dynamic: false } };
    });
    await this.process.call('apply', local);
  }

  /** A permanent neighbour for each family: 10.9.N.2 and fd00:9:N::2. */
  async #neighbour({ near, far }: Neighbour, number: number): Promise<void> {
    await this.#network.ip(
      this.#namespace,
      `address add 10.9.${number}.1/24 dev ${near.name}`,
      `address add fd00:9:${number}::1/64 dev ${near.name} nodad`,
      `neighbour add 10.9.${number}.2 lladdr ${formatMac(far.mac)} dev ${near.name} nud permanent`,
      `neighbour add fd00:9:${number}::2 lladdr ${formatMac(far.mac)} dev ${near.name} nud permanent`,
    );
  }

  /** The number is that of the neighbour: 1 up, 2 down, 3 core. */
  async route(prefix: string, { near }: Neighbour, number: number): Promise<void> {
    const via = prefix.includes(':') ? `fd00:9:${number}::2` : `10.9.${number}.2`;
    await this.#network.ip(this.#namespace, `route add ${prefix} via ${via} dev ${near.name}`);
  }

  #options(): DataPathOptions {
    const { host, tunnel, up, down, core } = this.links;
    const interfaces = [
      ...[host, down.near].map((device) => ({ device, roles: ['eid'] as const })),
      ...[tunnel, up.near, ...(core ? [core.near] : [])].map((device) => ({
        device,
        roles: ['rloc'] as const,
      })),
    ];
    return {
      name: this.#name,
      bpfFilesystem: this.#network.bpfFilesystem,
      xdpMode: 'native',
      interfaces: interfaces.map(({ device: { name, ifindex, mac }, roles }) => ({
        ...{ name, ifindex, mac, roles },
        instanceId: 0,
      })),
      localRlocs: FAMILIES.map((family) => parseAddress(this.site.rloc[family])),
      locatorStatusBits: true,
      sizes: { ...SIZES, mapCacheEntries: this.#mapCacheEntries },
      ...(PUNT_LIMITS ? { puntLimits: PUNT_LIMITS } : {}),
    };
  }

  /** Where the bare redirect goes: to the sink of the underlay. */
  get nextHop(): NextHop {
    const { near, far } = this.links.up;
    return { ifindex: near.ifindex, mac: far.mac, ownMac: near.mac };
  }
}
