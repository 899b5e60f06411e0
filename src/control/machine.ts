// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix, InstanceId } from '../addr/index.js';
import type { Effect, LocalEid, Forwarding } from './effect.js';

/**
 * A machine with deadlines. `now` is CLOCK_MONOTONIC in milliseconds, here and everywhere in `control`.
 * After each input, core asks for the next deadline and wakes the machine then.
 */
export interface Machine {
  /** Undefined when nothing is waiting. */
  nextDeadline(): number | undefined;
  /** Handles what is due, at most EXPIRE_BATCH entries a call; nextDeadline stays in the past while more is due. */
  expire(now: number): Effect[];
}

/** Deadlines handled in one call of `expire`, so that a mass expiry never blocks the event loop. */
export const EXPIRE_BATCH = 512;

/** Randomness comes from outside, so that runs can be repeated. */
export interface Random {
  /** 64 bits for a nonce (RFC 9301 section 5.2 asks for a properly seeded source). */
  nonce(): bigint;
  /** In [0, 1), for jitter. */
  fraction(): number;
}

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
