// SPDX-License-Identifier: Apache-2.0
// Messages between the agent and its netlink monitor process (structured clone over IPC).
import type { Address } from '#addr/index.js';
import type { XdpFeatures } from '#netlink/genetlink/device.js';
import type { LocalAddress } from '#netlink/rtnetlink/address.js';
import type { Link } from '#netlink/rtnetlink/link.js';
import type { Neighbour } from '#netlink/rtnetlink/neighbour.js';

/** A host route of xtrd: a /32 or /128 through one interface. */
export interface HostRoute {
  readonly address: Address;
  readonly ifindex: number;
}

/** The MTU of the route to an RLOC. */
export interface RouteMtu {
  readonly rloc: Address;
  readonly mtu_bytes: number;
}

export interface HostRouteChange {
  readonly route: HostRoute;
  /**
   * False deletes the route and the neighbour entry, so that the next ARP or ND message of the host creates a new
   * entry, which is an event.
   */
  readonly wanted: boolean;
}

/** Error of the kernel: `code` is the errno's name. */
export interface HostRouteRefusal {
  readonly code: string;
  readonly message: string;
}

export type MonitorRequest =
  | { readonly type: 'links' }
  | { readonly type: 'addresses' }
  | { readonly type: 'xdp-features'; readonly ifindexes: readonly number[] }
  | { readonly type: 'host-routes' }
  /** In order. The reply has the outcome of each change. */
  | { readonly type: 'change-host-routes'; readonly changes: readonly HostRouteChange[] };

export interface MonitorReplies {
  readonly links: Link[];
  readonly addresses: LocalAddress[];
  readonly 'xdp-features': XdpFeatures[];
  readonly 'host-routes': HostRoute[];
  readonly 'change-host-routes': (HostRouteRefusal | undefined)[];
}

export type ToMonitor =
  | { readonly type: 'stop' }
  /**
   * Interfaces whose neighbours and links to watch, and names whose links to watch. The monitor answers with a
   * snapshot.
   */
  | { readonly type: 'watch'; readonly ifindexes: readonly number[]; readonly names: readonly string[] }
  | { readonly type: 'keep-neighbours'; readonly rlocs: readonly Address[] }
  /** Makes the kernel probe these neighbours. */
  | { readonly type: 'probe'; readonly neighbours: readonly Pick<Neighbour, 'ifindex' | 'address'>[] }
  | { readonly type: 'request'; readonly id: number; readonly request: MonitorRequest };

/** The current contents of the tables. */
export interface Snapshot {
  /** All interfaces. */
  readonly links: readonly Link[];
  readonly addresses: readonly LocalAddress[];
  readonly neighbours: readonly Neighbour[];
}

export type KernelChange =
  | { readonly type: 'link'; readonly link: Link; readonly removed: boolean }
  | { readonly type: 'address'; readonly address: LocalAddress; readonly removed: boolean }
  | { readonly type: 'neighbour'; readonly neighbour: Neighbour; readonly removed: boolean };

export type FromMonitor =
  | { readonly type: 'ready'; readonly receiveBufferBytes: number }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'changes'; readonly changes: readonly KernelChange[] }
  /** All RLOCs whose route has an MTU of its own. */
  | { readonly type: 'route-mtus'; readonly mtus: readonly RouteMtu[] }
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  /** Counts since the monitor started, by name. */
  | { readonly type: 'counts'; readonly counts: Readonly<Record<string, number>> };
