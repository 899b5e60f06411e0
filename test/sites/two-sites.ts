// SPDX-License-Identifier: Apache-2.0
// Two sites with hosts, as a user has them: every MTU and offload is that of the kernel unless given, and mappings are
// configured. Both families of EIDs go over RLOCs of one family.
//
//   a-host -- a-xtr -- a-core -- b-core -- b-xtr -- b-host
import { Daemon } from '#scripts/benchmark/site/daemon.js';
import { Network } from '#scripts/benchmark/site/network.js';
import { capture, type CommandResult, must } from '#scripts/kit/shell.js';
import { insideWithSys } from '#scripts/kit/netns.js';

export type Family = 4 | 6;
export type Site = 'a' | 'b';
type Role = 'host' | 'xtr' | 'core';
export type NodeName = `${Site}-${Role}`;

const NUMBER = { a: 1, b: 2 } as const;
const OTHER = { a: 'b', b: 'a' } as const;

/** Of a site, by family: host, gateway, RLOC, router of the core, and the core's own link. */
export const HOST = { a: { 4: '10.1.0.2', 6: 'fd00:1::2' }, b: { 4: '10.2.0.2', 6: 'fd00:2::2' } } as const;
export const GATEWAY = {
  a: { 4: '10.1.0.1', 6: 'fd00:1::1' },
  b: { 4: '10.2.0.1', 6: 'fd00:2::1' },
} as const;
export const RLOC = {
  a: { 4: '192.0.2.2', 6: '2001:db8:a::2' },
  b: { 4: '192.0.2.6', 6: '2001:db8:b::2' },
} as const;
export const CORE = {
  a: { 4: '192.0.2.1', 6: '2001:db8:a::1' },
  b: { 4: '192.0.2.5', 6: '2001:db8:b::1' },
} as const;
const BETWEEN = {
  a: { 4: '192.0.2.9', 6: '2001:db8:c::1' },
  b: { 4: '192.0.2.10', 6: '2001:db8:c::2' },
} as const;
const SITE_PREFIX = { 4: 24, 6: 64 } as const;
const CORE_PREFIX = { 4: 30, 6: 64 } as const;
const FAMILIES = [4, 6] as const;

export interface Mtus {
  /** Of the link of each host, both ends. */
  readonly site?: number;
  /** Of the links between xTRs and core. */
  readonly uplink?: number;
  /** Of the link within the core. */
  readonly core?: number;
}

export interface SitesOptions {
  /** Of the RLOCs. */
  readonly rloc: Family;
  /** The hosts of b are behind a bridge of its xTR: eid0 is the bridge. */
  readonly bridge?: boolean;
  /** What is added to the configuration of both xTRs. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

function prefixOf(site: Site, family: Family): string {
  return family === 4 ? `10.${NUMBER[site]}.0.0/24` : `fd00:${NUMBER[site]}::/64`;
}

export class TwoSites {
  readonly #network = new Network();
  readonly #options: SitesOptions;
  readonly #namespaces = new Map<NodeName, string>();
  readonly #daemons = new Map<Site, Daemon>();

  private constructor(options: SitesOptions) {
    this.#options = options;
  }

  /** Built, and both xTRs answer. */
  static async start(options: SitesOptions): Promise<TwoSites> {
    const sites = new TwoSites(options);
    try {
      await sites.#build();
      for (const site of ['a', 'b'] as const) await sites.#startXtr(site);
    } catch (error) {
      await sites.close();
      throw error;
    }
    return sites;
  }

  async #build(): Promise<void> {
    await this.#network.mount();
    for (const site of ['a', 'b'] as const)
      for (const role of ['host', 'xtr', 'core'] as const)
        this.#namespaces.set(`${site}-${role}`, await this.#network.namespace(`${site}-${role}`));
    for (const site of ['a', 'b'] as const) {
      const port = site === 'b' && this.#options.bridge === true ? 'port0' : 'eid0';
      await this.#network.link([this.#at(`${site}-host`), 'eth0'], [this.#at(`${site}-xtr`), port]);
      if (port !== 'eid0')
        await this.#network.ip(
          this.#at(`${site}-xtr`),
          ...['link add eid0 type bridge', 'link set port0 master eid0', 'link set eid0 up'],
        );
      await this.#network.link([this.#at(`${site}-xtr`), 'rloc0'], [this.#at(`${site}-core`), 'xtr']);
      // what leaves a host has a finished checksum, as on a wire: XDP sees veth before the kernel would finish it
      await this.#network.inside(this.#at(`${site}-host`), ['ethtool', '-K', 'eth0', 'tx', 'off']);
      await this.#network.inside(this.#at(`${site}-host`), ['sysctl', '-qw', 'net.ipv4.ip_forward=0']);
    }
    await this.#network.link([this.#at('a-core'), 'core'], [this.#at('b-core'), 'core']);
    for (const site of ['a', 'b'] as const) for (const family of FAMILIES) await this.#address(site, family);
  }

  async #address(site: Site, family: Family): Promise<void> {
    const other = OTHER[site];
    const [host, core] = [SITE_PREFIX[family], CORE_PREFIX[family]];
    const any = family === 4 ? '0.0.0.0/0' : '::/0';
    const uplink = family === 4 ? `192.0.2.${NUMBER[other] * 4 - 4}/30` : `2001:db8:${other}::/64`;
    const add = (node: NodeName, ...lines: readonly string[]): Promise<void> =>
      this.#network.ip(this.#at(node), ...lines);
    await add(`${site}-host`, addressLine(HOST[site][family], host, 'eth0'));
    await add(`${site}-host`, `route add ${any} via ${GATEWAY[site][family]}`);
    await add(`${site}-xtr`, addressLine(GATEWAY[site][family], host, 'eid0'));
    await add(`${site}-xtr`, addressLine(RLOC[site][family], core, 'rloc0'));
    await add(`${site}-xtr`, `route add ${any} via ${CORE[site][family]}`);
    await add(`${site}-core`, addressLine(CORE[site][family], core, 'xtr'));
    await add(`${site}-core`, addressLine(BETWEEN[site][family], core, 'core'));
    await add(`${site}-core`, `route add ${uplink} via ${BETWEEN[other][family]}`);
  }

  async #startXtr(site: Site): Promise<void> {
    const { rloc, configuration } = this.#options;
    const other = OTHER[site];
    const daemon = await Daemon.start({
      name: `${site}-xtr`,
      namespace: this.#at(`${site}-xtr`),
      directory: this.#network.directory,
      configuration: {
        rlocs: [{ address: RLOC[site][rloc] }],
        interfaces: [
          { name: 'eid0', roles: ['eid'] },
          { name: 'rloc0', roles: ['rloc'] },
        ],
        'database-mappings': FAMILIES.map((family) => ({ 'eid-prefix': prefixOf(site, family) })),
        'map-cache': FAMILIES.map((family) => ({
          'eid-prefix': prefixOf(other, family),
          locators: [{ rloc: RLOC[other][rloc] }],
        })),
        'data-path': { 'bpf-filesystem': this.#network.bpfFilesystem },
        ...configuration,
      },
    });
    this.#daemons.set(site, daemon);
  }

  /** Takes effect at once, for what comes next. */
  async setMtus({ site = 1500, uplink = 1500, core = 1500 }: Mtus): Promise<void> {
    for (const each of ['a', 'b'] as const) {
      await this.#network.ip(this.#at(`${each}-host`), `link set eth0 mtu ${site}`);
      await this.#network.ip(
        this.#at(`${each}-xtr`),
        `link set eid0 mtu ${site}`,
        `link set rloc0 mtu ${uplink}`,
      );
      await this.#network.ip(
        this.#at(`${each}-core`),
        `link set xtr mtu ${uplink}`,
        `link set core mtu ${core}`,
      );
    }
  }

  /** Of one interface. */
  async ip(node: NodeName, ...lines: readonly string[]): Promise<void> {
    await this.#network.ip(this.#at(node), ...lines);
  }

  /** Runs a command in a node, which may fail. */
  run(node: NodeName, command: readonly string[], timeout_ms = 30_000): Promise<CommandResult> {
    return capture(insideWithSys(this.#at(node), command), { timeout_ms });
  }

  /** Runs a command in a node. @throws Error if it fails */
  must(node: NodeName, command: readonly string[], timeout_ms = 30_000): Promise<string> {
    return must(insideWithSys(this.#at(node), command), { timeout_ms });
  }

  daemon(site: Site): Daemon {
    const daemon = this.#daemons.get(site);
    if (daemon === undefined) throw new Error(`the xTR of site ${site} is not started`);
    return daemon;
  }

  #at(node: NodeName): string {
    return this.#namespaces.get(node) ?? '';
  }

  async close(): Promise<void> {
    await Promise.all([...this.#daemons.values()].map((daemon) => daemon.kill()));
    await this.#network.close();
  }
}

function addressLine(address: string, length: number, device: string): string {
  return `address add ${address}/${length} dev ${device}${address.includes(':') ? ' nodad' : ''}`;
}
