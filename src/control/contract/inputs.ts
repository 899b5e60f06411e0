// SPDX-License-Identifier: Apache-2.0
// What the state machines are told.
import type { Address, Eid, EidPrefix, InstanceId } from '#addr/index.js';
import type { Forwarding, LocalEid } from './forwarding.js';

/** Where a control message came from, and its bytes as received (authentication is computed over them). */
export interface Received {
  readonly from: Address;
  readonly fromPort: number;
  /** The address of ours that it was sent to. */
  readonly to: Address;
  readonly bytes: Uint8Array;
}

export const PUNT_REASONS = ['map-cache-miss', 'eid-detected', 'stale', 'no-neighbour'] as const;
export type PuntReason = (typeof PUNT_REASONS)[number];

/** A packet that XDP could not decide. */
export interface Punt {
  readonly reason: PuntReason;
  /** The interface it came in on. */
  readonly ifindex: number;
  readonly instanceId: InstanceId;
  readonly sourceEid: Address;
  readonly destinationEid: Address;
  /** Of a packet that came encapsulated. */
  readonly outerSource: Address | undefined;
  /** CLOCK_MONOTONIC milliseconds at which XDP saw it. */
  readonly at_ms: number;
  /** From the Ethernet header on; after decapsulation for 'stale', encapsulated for 'no-neighbour'. */
  readonly frame: Uint8Array;
}

/** How a dynamic EID was noticed. */
export type Discovery = 'Packet Reception' | 'ARP/ND' | 'Local Address' | 'Recovered';

/** A sign of life of a host on an EID-facing interface. */
export interface EidSighting {
  readonly eid: Eid;
  readonly ifindex: number;
  readonly discovery: Discovery;
}

/** An address of this router on an EID-facing interface. */
export interface OwnAddress {
  readonly eid: Eid;
  readonly ifindex: number;
}

/** What a starting agent found in the pinned tries. */
export interface AdoptedState {
  readonly mapCache: readonly {
    readonly eid: EidPrefix;
    readonly forwarding: Forwarding;
    readonly expiresAt_ms: number | undefined;
  }[];
  readonly localEids: readonly { readonly eid: EidPrefix; readonly entry: LocalEid }[];
}
