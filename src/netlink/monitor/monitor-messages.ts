// SPDX-License-Identifier: Apache-2.0
// What the agent and its netlink monitor process say to each other (structured clone over IPC).
import type { Address } from '#addr/index.js';
import type { XdpFeatures } from '#netlink/genetlink/device.js';
import type { LocalAddress } from '#netlink/rtnetlink/address.js';
import type { Link } from '#netlink/rtnetlink/link.js';
import type { Neighbour } from '#netlink/rtnetlink/neighbour.js';

/** A host route of ours: a /32 or /128 out of one interface. */
export interface HostRoute {
  readonly address: Address;
  readonly ifindex: number;
}

export interface HostRouteChange {
  readonly route: HostRoute;
  /**
   * False deletes it, and forgets the neighbour, so that the next ARP or ND message of the host makes a new entry, and
   * an event.
   */
  readonly wanted: boolean;
}

/** What the kernel said instead: `code` is the errno's name. */
export interface HostRouteRefusal {
  readonly code: string;
  readonly message: string;
}

export type MonitorRequest =
  | { readonly type: 'links' }
  | { readonly type: 'addresses' }
  | { readonly type: 'xdp-features'; readonly ifindexes: readonly number[] }
  | { readonly type: 'host-routes' }
  /** In order; what comes of each is in the reply. */
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
  /** The interfaces whose neighbours and link state matter, and names whose links do; answered with a snapshot. */
  | { readonly type: 'watch'; readonly ifindexes: readonly number[]; readonly names: readonly string[] }
  | { readonly type: 'keep-neighbours'; readonly rlocs: readonly Address[] }
  /** Has the kernel ask these neighbours whether they are still there. */
  | { readonly type: 'probe'; readonly neighbours: readonly Pick<Neighbour, 'ifindex' | 'address'>[] }
  | { readonly type: 'request'; readonly id: number; readonly request: MonitorRequest };

/** Everything as it is now. */
export interface Snapshot {
  /** Of all interfaces. */
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
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  /** Counts since the monitor started, by name. */
  | { readonly type: 'counts'; readonly counts: Readonly<Record<string, number>> };
