// SPDX-License-Identifier: Apache-2.0
// Keeps the next hops towards RLOCs resolved. Packets that XDP forwards do not refresh ARP and ND entries, and
// bpf_fib_lookup needs a resolved entry. Runs in the monitor process.
import { type Address, formatAddress } from '#addr/index.js';
import type { RouteMtu } from './monitor-messages.js';
import { keepNeighbour, releaseNeighbour } from './neighbour-requests.js';
import { RequestError, type RequestSocket } from './request-socket.js';
import { decodeNeighbour, encodeNeighbourDump } from '#netlink/rtnetlink/neighbour.js';
import {
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTN_LOCAL,
  RTN_UNICAST,
  RTPROT_XTRD,
} from '#netlink/rtnetlink/constants.js';
import { decodeRoute, encodeRouteLookup } from '#netlink/rtnetlink/route.js';

/**
 * Interval at which the route of each RLOC is looked up again and its next hop refreshed. Well below the 30 s for which
 * a neighbour stays reachable (base_reachable_time_ms). After a route change the new next hop is resolved within this
 * time.
 */
export const NEIGHBOUR_REFRESH_ms = 10_000;
/** Maximum number of RLOCs; later ones are ignored. Next hops are few, so theirs are mostly resolved anyway. */
export const MAX_KEPT_RLOCS = 4_096;
/** Number of lookups before a pause, in which other requests and events are processed. */
const BATCH = 32;
const PAUSE_ms = 10;

interface NextHop {
  readonly ifindex: number;
  readonly address: Address;
}

export class NextHopKeeper {
  readonly counts = { nextHops: 0, rlocsWithoutRoute: 0, rlocsNotKept: 0, nextHopErrors: 0 };
  readonly #requests: RequestSocket;
  #rlocs: readonly Address[] = [];
  /** Next hops by RLOC, from the last lookup; empty for a local RLOC. */
  #hops = new Map<string, readonly NextHop[] | 'no route'>();
  /** Next hops that the kernel keeps resolved. */
  #kept = new Map<string, NextHop>();
  #running: Promise<void>;
  #queued = false;
  #everything = false;
  /** MTUs of routes that have one, by RLOC. */
  #mtus = new Map<string, RouteMtu>();
  readonly #tellMtus: (mtus: readonly RouteMtu[]) => void;

  /** @param tellMtus is told all RLOCs whose route has an MTU of its own, after each change */
  constructor(requests: RequestSocket, tellMtus: (mtus: readonly RouteMtu[]) => void) {
    this.#requests = requests;
    this.#tellMtus = tellMtus;
    this.#running = this.#adopt();
    setInterval(() => this.#run(true), NEIGHBOUR_REFRESH_ms);
  }

  /** Replaces the set of RLOCs. New ones are looked up at once. */
  keep(rlocs: readonly Address[]): void {
    this.#rlocs = rlocs.slice(0, MAX_KEPT_RLOCS);
    this.counts.rlocsNotKept = rlocs.length - this.#rlocs.length;
    this.#run(false);
  }

  /** While one run is in progress, at most one more is queued. */
  #run(everything: boolean): void {
    this.#everything ||= everything;
    if (this.#queued) return;
    this.#queued = true;
    this.#running = this.#running.then(() => {
      const all = this.#everything;
      this.#queued = false;
      this.#everything = false;
      return this.#refresh(all);
    });
  }

  /** Finds next hops that an earlier process has kept, so that they are released when no longer needed. */
  async #adopt(): Promise<void> {
    await this.#counted(async () => {
      const messages = await this.#requests.dump('RTM_GETNEIGH', RTM_GETNEIGH, encodeNeighbourDump());
      for (const message of messages) {
        const neighbour = decodeNeighbour(message.data);
        if (neighbour?.protocol === RTPROT_XTRD) this.#kept.set(keyOf(neighbour), neighbour);
      }
    });
  }

  async #refresh(everything: boolean): Promise<void> {
    const found = new Map<string, readonly NextHop[] | 'no route'>();
    const used = new Set<string>();
    const mtus = new Map<string, RouteMtu>();
    let lookups = 0;
    for (const rloc of this.#rlocs) {
      const key = formatAddress(rloc);
      const known = everything ? undefined : this.#hops.get(key);
      const hops = known ?? (await this.#lookup(rloc, mtus));
      const knownMtu = this.#mtus.get(key);
      if (known !== undefined && knownMtu !== undefined) mtus.set(key, knownMtu);
      found.set(key, hops);
      if (known !== undefined) continue;
      for (const hop of hopsOf(hops)) await this.#use(hop, used);
      if (++lookups % BATCH === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_ms));
    }
    this.#hops = found;
    this.#replaceMtus(mtus);
    await this.#releaseOthers([...found.values()].flatMap(hopsOf));
    this.counts.nextHops = this.#kept.size;
    this.counts.rlocsWithoutRoute = [...found.values()].filter((hops) => hops === 'no route').length;
  }

  #replaceMtus(mtus: Map<string, RouteMtu>): void {
    const before = this.#mtus;
    this.#mtus = mtus;
    const isSame = [...mtus].every(([key, { mtu_bytes }]) => before.get(key)?.mtu_bytes === mtu_bytes);
    if (!isSame || mtus.size !== before.size) this.#tellMtus([...mtus.values()]);
  }

  /** @param mtus gets the MTU of the route */
  async #lookup(rloc: Address, mtus: Map<string, RouteMtu>): Promise<readonly NextHop[] | 'no route'> {
    const route = await this.#counted(async () => {
      const payload = encodeRouteLookup(rloc);
      const [message] = await this.#requests.request('RTM_GETROUTE', RTM_GETROUTE, 0, payload);
      return message && decodeRoute(message.data);
    });
    if (route?.type === RTN_LOCAL) return [];
    if (route?.type !== RTN_UNICAST) return 'no route';
    if (route.mtu_bytes !== undefined) mtus.set(formatAddress(rloc), { rloc, mtu_bytes: route.mtu_bytes });
    return route.nextHops.map(({ ifindex, gateway }) => ({ ifindex, address: gateway ?? rloc }));
  }

  async #use(hop: NextHop, used: Set<string>): Promise<void> {
    const key = keyOf(hop);
    if (used.has(key)) return;
    used.add(key);
    this.#kept.set(key, hop);
    await this.#counted(() => keepNeighbour(this.#requests, hop.ifindex, hop.address));
  }

  async #releaseOthers(hops: readonly NextHop[]): Promise<void> {
    const wanted = new Set(hops.map(keyOf));
    for (const [key, hop] of this.#kept) {
      if (wanted.has(key)) continue;
      this.#kept.delete(key);
      await this.#counted(() => releaseNeighbour(this.#requests, hop.ifindex, hop.address));
    }
  }

  async #counted<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    try {
      return await attempt();
    } catch (error) {
      const noRoute = error instanceof RequestError && ['ENETUNREACH', 'EHOSTUNREACH'].includes(error.code);
      if (!noRoute) this.counts.nextHopErrors++;
      return undefined;
    }
  }
}

function hopsOf(hops: readonly NextHop[] | 'no route'): readonly NextHop[] {
  return hops === 'no route' ? [] : hops;
}

function keyOf({ ifindex, address }: NextHop): string {
  return `${ifindex} ${formatAddress(address)}`;
}
