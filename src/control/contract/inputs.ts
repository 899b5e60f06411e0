// SPDX-License-Identifier: Apache-2.0
// What the state machines are told.
import type { Address, Eid, EidPrefix, InstanceId } from '#addr/index.js';
import type { XtrConfig } from './config.js';
import type { Forwarding, LocalEid } from './forwarding.js';

/**
 * Everything that can happen to an agent: data alone, so that a list of (time, input) replays a run. A new input is
 * a member here, a handler in the `inputs` of the machine that takes it, and the place that makes it.
 */
export type Input =
  /** The first, but for `own-addresses`. `nonces`: what earlier runs of a Map-Server kept (9301-5.6-08). */
  | {
      readonly type: 'start';
      readonly adopted: AdoptedState;
      /** 32 bytes from the kernel's generator. Whoever knows them knows every nonce to come: never recorded. */
      readonly seed: Uint8Array;
      readonly nonces: readonly TrackedNonce[];
    }
  | { readonly type: 'datagram'; readonly datagram: Datagram }
  | { readonly type: 'punts'; readonly punts: readonly Punt[] }
  | { readonly type: 'eid-sighted'; readonly sighting: EidSighting }
  /** A local address or neighbour of an EID-facing interface is gone. */
  | { readonly type: 'eid-lost'; readonly sighting: EidSighting }
  /** All addresses of the router on EID-facing interfaces, each time they change; also before `start`. */
  | { readonly type: 'own-addresses'; readonly addresses: readonly OwnAddress[] }
  /** Since `written_ms` the tries have what was handled at `began_ms`. */
  | { readonly type: 'written'; readonly began_ms: number; readonly written_ms: number }
  /** Writes that the tries had no room for: packets meet what was there before. */
  | { readonly type: 'trie-refused'; readonly refused: readonly TrieRefusal[] }
  /** A source has found out whether an RLOC can be reached. */
  | { readonly type: 'rloc-reported'; readonly report: RlocReport }
  /** A message that no datagram holds, copied from what somebody else sent. */
  | { readonly type: 'unsendable'; readonly to: Address; readonly problem: string }
  /** Replaces those of the configuration: an interface that is made anew has another index. */
  | { readonly type: 'eid-interfaces'; readonly interfaces: XtrConfig['eidInterfaces'] }
  /** Packets that a map-cache prefix carried so far; the answer to a CheckTrafficEffect. */
  | { readonly type: 'traffic'; readonly eid: EidPrefix; readonly packets: number }
  /** The deadline has come that the agent asked for. */
  | { readonly type: 'wake' }
  /** Ask `to`, or the Map-Resolvers: a LookupResultEffect with this token follows, now or later. */
  | { readonly type: 'lookup'; readonly token: number; readonly eid: Eid; readonly to: Address | undefined }
  /** Undefined clears everything that was learnt. A ClearedEffect with this token follows, now or later. */
  | { readonly type: 'clear-map-cache'; readonly token: number; readonly eid: EidPrefix | undefined };

export type InputOf<T extends Input['type']> = Extract<Input, { readonly type: T }>;

/** A UDP datagram of port 4342, UDP checksum verified by the kernel. */
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

/** What has to outlive a restart: the last nonce that one ETR has used with one key. */
export interface TrackedNonce {
  readonly site: string;
  /** Fingerprint of the key: 16 hexadecimal digits. */
  readonly key: string;
  /** As RegisterSource has it: without spaces. */
  readonly etr: string;
  readonly nonce: bigint;
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

/** Who may say whether an RLOC of another site can be reached (RFC 9300 section 10). */
export const RLOC_REPORT_SOURCES = ['route', 'icmp', 'probe'] as const;
export type RlocReportSource = (typeof RLOC_REPORT_SOURCES)[number];

/** What one source thinks of an RLOC. It counts until the same source says the other. */
export interface RlocReport {
  readonly rloc: Address;
  readonly source: RlocReportSource;
  readonly up: boolean;
  /** For the event; without it, the source. */
  readonly detail?: string;
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
  /** RLOCs that were down. */
  readonly rlocsDown: readonly Address[];
}
