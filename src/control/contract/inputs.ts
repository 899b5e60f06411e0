// SPDX-License-Identifier: Apache-2.0
// Inputs of the state machines.
import type { Address, Eid, EidPrefix, InstanceId } from '#addr/index.js';
import type { XtrConfig } from './config.js';
import type { Forwarding, LocalEid } from './forwarding.js';

/**
 * Everything that can happen to an agent. Inputs are data only, so a list of (time, input) replays a run. A
 * new input needs a member here, a handler in the `inputs` of a machine, and the place that produces it.
 */
export type Input =
  /**
   * The first input, except for `own-addresses`. `nonces`: what earlier runs of a Map-Server stored
   * (9301-5.6-08).
   */
  | {
      readonly type: 'start';
      readonly adopted: AdoptedState;
      /**
       * 32 bytes from the kernel's random generator. All later nonces follow from them, so they are never
       * recorded.
       */
      readonly seed: Uint8Array;
      readonly nonces: readonly TrackedNonce[];
    }
  | { readonly type: 'datagram'; readonly datagram: Datagram }
  | { readonly type: 'punts'; readonly punts: readonly Punt[] }
  | { readonly type: 'eid-sighted'; readonly sighting: EidSighting }
  /** A local address or neighbour of an EID-facing interface is gone. */
  | { readonly type: 'eid-lost'; readonly sighting: EidSighting }
  /** All addresses of the router on EID-facing interfaces, after each change; may precede `start`. */
  | { readonly type: 'own-addresses'; readonly addresses: readonly OwnAddress[] }
  /** The effects of the turn that began at `began_ms` were in the tries at `written_ms`. */
  | { readonly type: 'written'; readonly began_ms: number; readonly written_ms: number }
  /** Trie writes that failed because a trie is full. Packets still meet the previous entries. */
  | { readonly type: 'trie-refused'; readonly refused: readonly TrieRefusal[] }
  /** A source reports whether an RLOC is reachable. */
  | { readonly type: 'rloc-reported'; readonly report: RlocReport }
  /** The MTU of the kernel's route to an RLOC, where it is smaller than the link's. */
  | { readonly type: 'route-mtu'; readonly rloc: Address; readonly mtu_bytes: number | undefined }
  /** A message that cannot be sent because it has content copied from a received message. */
  | { readonly type: 'unsendable'; readonly to: Address; readonly problem: string }
  /** Replaces the interfaces of the configuration: a recreated interface has another index. */
  | { readonly type: 'eid-interfaces'; readonly interfaces: XtrConfig['eidInterfaces'] }
  /** Number of packets that a map-cache prefix has carried so far; the answer to a CheckTrafficEffect. */
  | { readonly type: 'traffic'; readonly eid: EidPrefix; readonly packets: number }
  /** The deadline that the agent asked for has come. */
  | { readonly type: 'wake' }
  /** Asks `to`, or the Map-Resolvers. A LookupResultEffect with this token follows, now or later. */
  | { readonly type: 'lookup'; readonly token: number; readonly eid: Eid; readonly to: Address | undefined }
  /** Without `eid`, clears all learnt entries. A ClearedEffect with this token follows, now or later. */
  | { readonly type: 'clear-map-cache'; readonly token: number; readonly eid: EidPrefix | undefined };

export type InputOf<T extends Input['type']> = Extract<Input, { readonly type: T }>;

/** A UDP datagram to port 4342. The kernel has verified its checksum. */
export interface Datagram {
  readonly from: Address;
  readonly fromPort: number;
  readonly to: Address;
  readonly bytes: Uint8Array;
}

export interface TrieRefusal {
  readonly type: 'map-cache-set' | 'map-cache-delete' | 'local-eid-set' | 'local-eid-delete';
  readonly eid: EidPrefix;
}

/** The last nonce of one ETR with one key. It has to survive a restart. */
export interface TrackedNonce {
  readonly site: string;
  /** Fingerprint of the key: 16 hexadecimal digits. */
  readonly key: string;
  /** As in RegisterSource; contains no spaces. */
  readonly etr: string;
  readonly nonce: bigint;
}

/** Addresses of a received control message, and its bytes (authentication is computed over them). */
export interface Received {
  readonly from: Address;
  readonly fromPort: number;
  /** Our address that it was sent to. */
  readonly to: Address;
  readonly bytes: Uint8Array;
}

export const PUNT_REASONS = [
  'map-cache-miss',
  'eid-detected',
  'stale',
  'no-neighbour',
  'too-big',
  'fragment',
  'ttl-expired',
  'core-icmp',
] as const;
export type PuntReason = (typeof PUNT_REASONS)[number];

/** A packet that XDP handed to the agent. */
export interface Punt {
  readonly reason: PuntReason;
  /** The interface on which it arrived. */
  readonly ifindex: number;
  readonly instanceId: InstanceId;
  readonly sourceEid: Address;
  readonly destinationEid: Address;
  /** Set if the packet arrived encapsulated. */
  readonly outerSource: Address | undefined;
  /** CLOCK_MONOTONIC milliseconds at which XDP saw it. */
  readonly at_ms: number;
  /** The largest IP packet between the EIDs that fits; for 'too-big' and 'fragment'. */
  readonly mtu_bytes?: number;
  /**
   * From the Ethernet header on; encapsulated for 'no-neighbour', decapsulated for 'stale' and 'ttl-expired', and for
   * 'too-big' and 'fragment' where it came encapsulated.
   */
  readonly frame: Uint8Array;
}

/** Sources that report whether an RLOC of another site is reachable (RFC 9300 section 10). */
export const RLOC_REPORT_SOURCES = ['route', 'icmp', 'probe'] as const;
export type RlocReportSource = (typeof RLOC_REPORT_SOURCES)[number];

/** The report of one source about an RLOC. It is valid until the same source reports the opposite. */
export interface RlocReport {
  readonly rloc: Address;
  readonly source: RlocReportSource;
  readonly up: boolean;
  /** Detail of the event; default: the source. */
  readonly detail?: string;
}

/** How a dynamic EID was detected. */
export type Discovery = 'Packet Reception' | 'ARP/ND' | 'Local Address' | 'Recovered';

/** A host was seen on an EID-facing interface. */
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

/** What a starting agent reads from the pinned tries. */
export interface AdoptedState {
  readonly mapCache: readonly {
    readonly eid: EidPrefix;
    readonly forwarding: Forwarding;
    readonly expiresAt_ms: number | undefined;
  }[];
  readonly localEids: readonly { readonly eid: EidPrefix; readonly entry: LocalEid }[];
  /** RLOCs that were down. */
  readonly rlocsDown: readonly Address[];
  /** Of outer packets to these RLOCs; left out if there are none. */
  readonly pathMtus?: readonly { readonly rloc: Address; readonly mtu_bytes: number }[];
}
