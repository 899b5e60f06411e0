// SPDX-License-Identifier: Apache-2.0
// Sends snapshots and changes of the kernel's tables to the agent. Runs in the monitor process.
import { createNetlink, type NetlinkMessage } from 'netlink';
import { ChangeQueue } from './change-queue.js';
import type { FromMonitor, KernelChange, Snapshot } from './monitor-messages.js';
import type { RequestSocket } from './request-socket.js';
import { decodeLocalAddress, encodeLocalAddressDump } from '#netlink/rtnetlink/address.js';
import {
  NETLINK_ROUTE,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
} from '#netlink/rtnetlink/constants.js';
import { decodeLink, encodeLinkDump, type Link } from '#netlink/rtnetlink/link.js';
import { decodeNeighbour, encodeNeighbourDump } from '#netlink/rtnetlink/neighbour.js';

/**
 * Requested receive buffer of the event socket: room for about ten thousand messages, a burst that a full neighbour
 * table or a bridge with many ports may cause. The kernel limits it to net.core.rmem_max (SO_RCVBUF).
 */
export const EVENT_BUFFER_BYTES = 8 * 1024 * 1024;

/** No route groups: a full routing table may change at any rate, and no change of it is needed here. */
const GROUPS = [RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR];

export class KernelWatch {
  readonly counts = { eventsIn: 0, eventsMalformed: 0, eventsDropped: 0, dumps: 0 };
  readonly receiveBufferBytes: number;
  #ifindexes: ReadonlySet<number> = new Set();
  #names: ReadonlySet<string> = new Set();
  /** Interfaces that have one of the names according to their last message. */
  readonly #named = new Set<number>();
  #snapshots: Promise<void> = Promise.resolve();
  readonly #requests: RequestSocket;
  readonly #send: (message: FromMonitor, taken?: () => void) => void;
  readonly #queue = new ChangeQueue(
    // Waits one turn of the event loop, to collect more changes. Otherwise each change of a burst would be its own
    // message.
    (changes, taken) => this.#send({ type: 'changes', changes }, () => setImmediate(taken)),
    () => this.snapshot(),
  );

  constructor(requests: RequestSocket, send: (message: FromMonitor, taken?: () => void) => void) {
    this.#requests = requests;
    this.#send = send;
    const events = createNetlink(NETLINK_ROUTE, {
      ref: true,
      recvBufferSize: EVENT_BUFFER_BYTES,
      sendBufferSize: 0,
    });
    this.receiveBufferBytes = events.getRecvBufferSize();
    events.on('message', (messages) => this.#received(messages));
    // The package aborts the process on an overrun (ENOBUFS). Do the same if it reports one instead.
    events.on('error', () => process.abort());
    for (const group of GROUPS) events.addMembership(group);
  }

  /**
   * Sets the interfaces to watch: neighbours of other indexes, and link changes of other indexes and names, are
   * ignored. Sends a snapshot.
   */
  watch(ifindexes: readonly number[], names: readonly string[]): void {
    this.#ifindexes = new Set(ifindexes);
    this.#names = new Set(names);
    this.snapshot();
  }

  /**
   * Sends a snapshot of all tables. Changes that arrive meanwhile are sent after it. The snapshot may contain some of
   * them already, but the last change of each entry comes last, so the agent ends with the right state.
   */
  snapshot(): void {
    this.#snapshots = this.#snapshots.then(async () => {
      this.#queue.pause();
      try {
        this.#send({ type: 'snapshot', snapshot: await this.#dump() });
        this.counts.dumps++;
      } catch {
        process.exit(1); // the state is unknown: the agent starts a new monitor, after a backoff
      }
      this.#queue.resume();
    });
  }

  async #dump(): Promise<Snapshot> {
    const links = await this.#requests.dump('RTM_GETLINK', RTM_GETLINK, encodeLinkDump());
    const addresses = await this.#requests.dump('RTM_GETADDR', RTM_GETADDR, encodeLocalAddressDump());
    const neighbours = await this.#requests.dump('RTM_GETNEIGH', RTM_GETNEIGH, encodeNeighbourDump());
    const decoded = links.flatMap((message) => this.#guarded(() => decodeLink(message.data)) ?? []);
    for (const link of decoded) this.#isWatched(link, false);
    const changes = [...addresses, ...neighbours].flatMap((message) => this.#decode(message) ?? []);
    return {
      links: decoded,
      addresses: changes.flatMap((change) => (change.type === 'address' ? change.address : [])),
      neighbours: changes.flatMap((change) => (change.type === 'neighbour' ? change.neighbour : [])),
    };
  }

  /** Must not throw: an exception in a callback of the package ends the process. */
  #received(messages: readonly NetlinkMessage[]): void {
    for (const message of messages) {
      this.counts.eventsIn++;
      const change = this.#decode(message);
      if (change !== undefined && !this.#queue.push(change)) this.counts.eventsDropped++;
    }
  }

  #decode(message: NetlinkMessage): KernelChange | undefined {
    return this.#guarded(() => this.#relevant(message));
  }

  #guarded<T>(decode: () => T): T | undefined {
    try {
      return decode();
    } catch {
      this.counts.eventsMalformed++;
      return undefined;
    }
  }

  #relevant({ type, data }: NetlinkMessage): KernelChange | undefined {
    if (type === RTM_NEWLINK || type === RTM_DELLINK) {
      const link = decodeLink(data);
      const removed = type === RTM_DELLINK;
      if (link && this.#isWatched(link, removed)) return { type: 'link', link, removed };
    } else if (type === RTM_NEWADDR || type === RTM_DELADDR) {
      const address = decodeLocalAddress(data);
      if (address) return { type: 'address', address, removed: type === RTM_DELADDR };
    } else if (type === RTM_NEWNEIGH || type === RTM_DELNEIGH) {
      const neighbour = decodeNeighbour(data);
      if (neighbour && this.#ifindexes.has(neighbour.ifindex))
        return { type: 'neighbour', neighbour, removed: type === RTM_DELNEIGH };
    }
    return undefined;
  }

  /** Also true once for an interface that no longer has a watched name. */
  #isWatched({ ifindex, name }: Link, removed: boolean): boolean {
    const hasName = this.#names.has(name);
    const hadName = this.#named.has(ifindex);
    if (hasName && !removed) this.#named.add(ifindex);
    else this.#named.delete(ifindex);
    return hasName || hadName || this.#ifindexes.has(ifindex);
  }
}
