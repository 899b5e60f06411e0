// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { HostRouteEffect, ProbeHostEffect } from '#control/contract/effect.js';
import type { EidSighting, OwnAddress } from '#control/contract/inputs.js';
import type { KernelNetwork } from '#core/ports.js';
import { EidDetector, type EidInterface } from '#netlink/hosts/eid-detector.js';
import type { XdpFeatures } from '#netlink/genetlink/device.js';
import { HostRoutes } from '#netlink/hosts/host-routes.js';
import type { HostRoute, KernelChange, RouteMtu, Snapshot } from '#netlink/monitor/monitor-messages.js';
import { type Log, MonitorProcess, NetlinkError } from '#netlink/monitor/monitor-process.js';
import type { LocalAddress } from '#netlink/rtnetlink/address.js';
import type { Link } from '#netlink/rtnetlink/link.js';

/** A burst of new mappings changes the set of RLOCs many times. The monitor gets it once. */
const KEEP_DELAY_ms = 50;
/** Probes are not urgent: they are delayed so that urgent messages go first. */
const PROBE_DELAY_ms = 5;

export interface KernelNetworkOptions {
  /** Interfaces on which dynamic EIDs are detected; `watchEids` can set them later. */
  readonly eidInterfaces?: readonly EidInterface[];
  readonly log: Log;
}

/** Receives changes of the interfaces with certain names. */
export interface LinkListener {
  /** All interfaces of the machine; replaces everything reported before. */
  links(links: readonly Link[]): void;
  /** The interface was changed, created or (`removed`) deleted. It may have a new name. */
  linkChanged(link: Link, removed: boolean): void;
}

/** The kernel's tables of this network namespace. */
export interface LinuxKernelNetwork extends KernelNetwork {
  /** Replaces the EID-facing interfaces. */
  watchEids(eidInterfaces: readonly EidInterface[]): void;
  /** Replaces the names of interfaces to watch, and the listener. The listener first receives all links. */
  watchLinks(names: readonly string[], listener: LinkListener): void;
  /** @throws NetlinkError */
  links(): Promise<readonly Link[]>;
  /** @throws NetlinkError */
  addresses(): Promise<readonly LocalAddress[]>;
  /** Interfaces that are gone are missing; before Linux 6.3 the list is empty. @throws NetlinkError */
  xdpFeatures(ifindexes: readonly number[]): Promise<readonly XdpFeatures[]>;
  /** Deletes all host routes of any xtrd, for teardown. Returns their number. @throws NetlinkError */
  flushHostRoutes(): Promise<number>;
  /**
   * Deletes host routes of an earlier agent that this one does not want. Returns their number.
   * @throws NetlinkError
   */
  reconcileHostRoutes(): Promise<number>;
  /** Process ID of the netlink monitor; undefined while it is restarted. */
  readonly monitorPid: number | undefined;
}

/**
 * Starts the monitor process, and waits until it has read the kernel's tables.
 * @throws NetlinkError if it cannot be started
 */
export async function openKernelNetwork(options: KernelNetworkOptions): Promise<LinuxKernelNetwork> {
  const network = new MonitoredNetwork(options);
  try {
    await network.opened;
  } catch (error) {
    await network.close();
    throw error;
  }
  return network;
}

class MonitoredNetwork implements LinuxKernelNetwork {
  readonly opened: Promise<void>;
  readonly #monitor: MonitorProcess;
  readonly #hostRoutes: HostRoutes;
  readonly #detector: EidDetector;
  #eidInterfaces: readonly EidInterface[];
  #rlocs: readonly Address[] = [];
  #keepTimer: NodeJS.Timeout | undefined;
  /**
   * Sent together, after queued host routes: deleting a host route also deletes the neighbour, which ends its probe.
   */
  readonly #probes: ProbeHostEffect[] = [];
  #probeTimer: NodeJS.Timeout | undefined;
  /** EID-facing interfaces that are up. */
  #up = new Set<number>();
  #linkNames: readonly string[] = [];
  #linkListener: LinkListener | undefined;
  #sighted: ((sighting: EidSighting) => void) | undefined;
  #lost: ((sighting: EidSighting) => void) | undefined;
  #ownAddresses: ((addresses: readonly OwnAddress[]) => void) | undefined;
  #routeMtu: ((rloc: Address, mtu_bytes: number | undefined) => void) | undefined;
  #routeMtus = new Map<string, RouteMtu>();
  #settleOpened: (error?: NetlinkError) => void = () => undefined;

  constructor({ eidInterfaces = [], log }: KernelNetworkOptions) {
    this.#eidInterfaces = eidInterfaces;
    this.#detector = new EidDetector({
      sighted: (sighting) => this.#sighted?.(sighting),
      lost: (sighting) => this.#lost?.(sighting),
      gateways: (addresses) => this.#ownAddresses?.(addresses),
      doubtful: (neighbours) => this.#monitor.send({ type: 'probe', neighbours }),
    });
    this.#detector.watch(eidInterfaces);
    this.#hostRoutes = new HostRoutes({
      request: (changes) => this.#monitor.request({ type: 'change-host-routes', changes }),
      interfaceName: (ifindex) => this.#interfaceName(ifindex),
      log,
    });
    this.#monitor = new MonitorProcess(
      {
        started: () => this.#started(),
        ended: () =>
          this.#settleOpened(new NetlinkError('ERR_MONITOR_ENDED', 'the netlink monitor cannot start')),
        snapshot: (snapshot) => this.#snapshot(snapshot),
        changes: (changes) => changes.forEach((change) => this.#changed(change)),
        routeMtus: (mtus) => this.#routeMtusChanged(mtus),
      },
      log,
    );
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.#monitor.start();
  }

  get monitorPid(): number | undefined {
    return this.#monitor.pid;
  }

  /** Sets the only listener. All known EIDs are reported to it at once. */
  onEidSighted(listener: (sighting: EidSighting) => void): void {
    this.#sighted = listener;
    this.#detector.repeat();
  }

  onOwnAddresses(listener: (addresses: readonly OwnAddress[]) => void): void {
    this.#ownAddresses = listener;
    listener(this.#detector.gateways);
  }

  onEidLost(listener: (sighting: EidSighting) => void): void {
    this.#lost = listener;
  }

  onRouteMtu(listener: (rloc: Address, mtu_bytes: number | undefined) => void): void {
    this.#routeMtu = listener;
    for (const { rloc, mtu_bytes } of this.#routeMtus.values()) listener(rloc, mtu_bytes);
  }

  #routeMtusChanged(mtus: readonly RouteMtu[]): void {
    const before = this.#routeMtus;
    this.#routeMtus = new Map(mtus.map((mtu) => [formatAddress(mtu.rloc), mtu]));
    for (const [key, { rloc }] of before) if (!this.#routeMtus.has(key)) this.#routeMtu?.(rloc, undefined);
    for (const [key, { rloc, mtu_bytes }] of this.#routeMtus)
      if (before.get(key)?.mtu_bytes !== mtu_bytes) this.#routeMtu?.(rloc, mtu_bytes);
  }

  watchEids(eidInterfaces: readonly EidInterface[]): void {
    this.#eidInterfaces = eidInterfaces;
    this.#detector.watch(eidInterfaces);
    this.#sendWatch();
  }

  watchLinks(names: readonly string[], listener: LinkListener): void {
    this.#linkNames = names;
    this.#linkListener = listener;
    this.#sendWatch();
  }

  #sendWatch(): void {
    const ifindexes = this.#eidInterfaces.map(({ ifindex }) => ifindex);
    this.#monitor.send({ type: 'watch', ifindexes, names: this.#linkNames });
  }

  hostRoute({ type, eid, ifindex }: HostRouteEffect): void {
    this.#hostRoutes.set({ address: eid.address, ifindex }, type === 'host-route-add');
  }

  probeHost(probe: ProbeHostEffect): void {
    this.#probes.push(probe);
    this.#probeTimer ??= setTimeout(() => this.#sendProbes(), PROBE_DELAY_ms);
  }

  #sendProbes(): void {
    clearTimeout(this.#probeTimer);
    this.#probeTimer = undefined;
    this.#hostRoutes.flush();
    const neighbours: HostRoute[] = [];
    for (const probe of this.#probes.splice(0)) {
      const neighbour = { address: probe.eid.address, ifindex: probe.ifindex };
      if (this.#hostRoutes.isWaiting(neighbour)) {
        this.probeHost(probe); // again later
        continue;
      }
      neighbours.push(neighbour);
      if (probe.afterMove !== true) this.#detector.sightConfigured(neighbour);
    }
    if (neighbours.length > 0) this.#monitor.send({ type: 'probe', neighbours });
  }

  keepNeighbours(rlocs: readonly Address[]): void {
    this.#rlocs = rlocs;
    this.#keepTimer ??= setTimeout(() => this.#sendRlocs(), KEEP_DELAY_ms);
  }

  #sendRlocs(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    this.#monitor.send({ type: 'keep-neighbours', rlocs: this.#rlocs });
  }

  links(): Promise<readonly Link[]> {
    return this.#monitor.request({ type: 'links' });
  }

  addresses(): Promise<readonly LocalAddress[]> {
    return this.#monitor.request({ type: 'addresses' });
  }

  xdpFeatures(ifindexes: readonly number[]): Promise<readonly XdpFeatures[]> {
    return this.#monitor.request({ type: 'xdp-features', ifindexes });
  }

  flushHostRoutes(): Promise<number> {
    return this.#deleteHostRoutes(() => true);
  }

  reconcileHostRoutes(): Promise<number> {
    return this.#deleteHostRoutes((route) => !this.#hostRoutes.isWanted(route));
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#monitor.counters(), ...this.#detector.counts, ...this.#hostRoutes.counters() };
  }

  close(): Promise<void> {
    clearTimeout(this.#keepTimer);
    clearTimeout(this.#probeTimer);
    this.#hostRoutes.flush();
    return this.#monitor.close();
  }

  async #deleteHostRoutes(which: (route: HostRoute) => boolean): Promise<number> {
    let deleted = 0;
    for (const route of await this.#monitor.request({ type: 'host-routes' })) {
      if (!which(route)) continue; // checked here, as the route may have been added after the dump
      await this.#deleteHostRoute(route);
      deleted += 1;
    }
    return deleted;
  }

  async #deleteHostRoute(route: HostRoute): Promise<void> {
    const changes = [{ route, wanted: false }];
    const [refusal] = await this.#monitor.request({ type: 'change-host-routes', changes });
    if (refusal !== undefined) throw new NetlinkError(refusal.code, refusal.message);
  }

  /** Sends a new monitor everything it needs. */
  #started(): void {
    this.#sendWatch();
    this.#sendRlocs();
    this.#hostRoutes.repeat();
  }

  #snapshot(snapshot: Snapshot): void {
    const before = this.#up;
    this.#linkListener?.links(snapshot.links); // first, as the listener may change the EID-facing interfaces
    const eidFacing = snapshot.links.filter((link) => this.#isEidFacing(link.ifindex));
    this.#up = new Set(eidFacing.filter(({ up }) => up).map(({ ifindex }) => ifindex));
    for (const ifindex of this.#up) if (!before.has(ifindex)) this.#hostRoutes.repeat(ifindex);
    this.#detector.snapshot(snapshot);
    this.#settleOpened();
  }

  #changed(change: KernelChange): void {
    if (change.type !== 'link') return this.#detector.change(change);
    this.#linkListener?.linkChanged(change.link, change.removed);
    const { ifindex, up } = change.link;
    if (!this.#isEidFacing(ifindex)) return void this.#up.delete(ifindex);
    const wasUp = this.#up.has(ifindex);
    if (up && !change.removed) this.#up.add(ifindex);
    else this.#up.delete(ifindex);
    // The kernel deletes the routes of an interface that goes down.
    if (!wasUp && this.#up.has(ifindex)) this.#hostRoutes.repeat(ifindex);
  }

  #isEidFacing(ifindex: number): boolean {
    return this.#eidInterfaces.some((each) => each.ifindex === ifindex);
  }

  #interfaceName(ifindex: number): string {
    return this.#eidInterfaces.find((each) => each.ifindex === ifindex)?.name ?? `if${ifindex}`;
  }
}
