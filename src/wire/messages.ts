// SPDX-License-Identifier: Apache-2.0
// The control messages of RFC 9301 section 5 as values. Each message has its codec in a file beside this one.
import type { Address, Eid, EidPrefix } from '#addr/index.js';

/** What a negative record tells the ITR to do (RFC 9301 section 5.4, ACT). */
export const ACTION = {
  noAction: 0,
  nativelyForward: 1,
  sendMapRequest: 2,
  drop: 3,
  dropPolicyDenied: 4,
  dropAuthFailure: 5,
} as const;
export type Action = (typeof ACTION)[keyof typeof ACTION];

/** An RLOC-record (RFC 9301 section 5.4). */
export interface LocatorRecord {
  readonly rloc: Address;
  /** 0 to 255; lower is preferred, 255 is never used for unicast. */
  readonly priority: number;
  readonly weight: number;
  readonly multicastPriority: number;
  readonly multicastWeight: number;
  /** L: local to the ETR that sent the record. */
  readonly local: boolean;
  /** p: the locator that was RLOC-probed. */
  readonly probed: boolean;
  /** R: the sender has a route to it. */
  readonly reachable: boolean;
}

/** An EID-record (RFC 9301 section 5.4), as in Map-Reply, Map-Register, Map-Notify. */
export interface EidRecord {
  readonly eid: EidPrefix;
  /** Minutes. 0 withdraws; with 0xffffffff the receiver decides. */
  readonly ttl_min: number;
  /** Meaningful without locators only. Values 6 and 7 are kept as received and treated as no-action. */
  readonly action: number;
  readonly authoritative: boolean;
  /** 12 bits, 0 for none (RFC 9302). */
  readonly mapVersion: number;
  readonly locators: readonly LocatorRecord[];
}

export interface MapRequest {
  readonly type: 'map-request';
  /** A: the answer must come from the destination site. */
  readonly authoritative: boolean;
  /** P */
  readonly probe: boolean;
  /** S: this is a Solicit-Map-Request. */
  readonly smr: boolean;
  /** p: sent by a PITR. */
  readonly pitr: boolean;
  /** s: sent because of an SMR. */
  readonly smrInvoked: boolean;
  /** L */
  readonly localXtr: boolean;
  /** D: do not answer with a Map-Reply. */
  readonly dontMapReply: boolean;
  readonly nonce: bigint;
  /** Undefined is AFI 0. */
  readonly sourceEid: Eid | undefined;
  /** 1 to 32; undefined is AFI 0, which SMRs in the field carry. */
  readonly itrRlocs: readonly (Address | undefined)[];
  /** 1 or more when received; exactly one is sent (RFC 9301 section 5.2). */
  readonly records: readonly EidPrefix[];
  /** M: the sender's own mapping of the source EID, not validated by the mapping system. */
  readonly mapping: EidRecord | undefined;
}

export interface MapReply {
  readonly type: 'map-reply';
  /** P */
  readonly probe: boolean;
  /** E */
  readonly echoNonce: boolean;
  /** S: LISP-SEC data (RFC 9303) follows the records; kept in `security`, not decoded. */
  readonly security: Uint8Array | undefined;
  readonly nonce: bigint;
  readonly records: readonly EidRecord[];
}

/** The authentication fields of Map-Register, Map-Notify and Map-Notify-Ack (RFC 9301 section 5.6). */
export interface Authentication {
  /** 8 bits. 0 if the sender writes the 16-bit key ID of RFC 6830; its low byte is then read as the algorithm. */
  readonly keyId: number;
  /** Registry of RFC 9301 section 12.5: 0 none, 1 HMAC-SHA-1-96, 2 HMAC-SHA-256-128, 3 with HKDF. */
  readonly algorithmId: number;
  readonly data: Uint8Array;
}

/** xTR-ID and Site-ID, present with the I bit. */
export interface XtrIdentity {
  /** 128 bits */
  readonly xtrId: bigint;
  /** 64 bits */
  readonly siteId: bigint;
}

export interface MapRegister {
  readonly type: 'map-register';
  /** P */
  readonly proxyReply: boolean;
  /** S: LISP-SEC capable. */
  readonly securityCapable: boolean;
  /** E */
  readonly eidNotify: boolean;
  /** T: expire by the record's TTL. */
  readonly useTtl: boolean;
  /** a */
  readonly merge: boolean;
  /** M */
  readonly wantMapNotify: boolean;
  readonly nonce: bigint;
  readonly authentication: Authentication;
  readonly records: readonly EidRecord[];
  /** I */
  readonly identity: XtrIdentity | undefined;
}

export interface MapNotify {
  /** Map-Notify-Ack has the same contents (RFC 9301 section 5.7). */
  readonly type: 'map-notify' | 'map-notify-ack';
  readonly nonce: bigint;
  readonly authentication: Authentication;
  readonly records: readonly EidRecord[];
  readonly identity: XtrIdentity | undefined;
}

/**
 * An Encapsulated Control Message (RFC 9301 section 5.8), its inner IP and UDP headers read, their checksums verified.
 */
export interface EncapsulatedControl {
  readonly type: 'encapsulated-control';
  /** S: LISP-SEC data precedes the inner header; kept, not decoded. */
  readonly security: Uint8Array | undefined;
  /** D: from a DDT client (RFC 8111). */
  readonly ddt: boolean;
  readonly innerSource: Address;
  readonly innerDestination: Address;
  readonly innerSourcePort: number;
  readonly innerDestinationPort: number;
  /** The inner LISP message, undecoded, so that a Map-Server can forward it unaltered. */
  readonly payload: Uint8Array;
}

export type ControlMessage = MapRequest | MapReply | MapRegister | MapNotify | EncapsulatedControl;

/** Decoded Map-Register, Map-Notify or Map-Notify-Ack: its authentication is checked over the bytes as received. */
export type AuthenticatedMessage = MapRegister | MapNotify;

/** UDP port of the control plane (RFC 9301). */
export const CONTROL_PORT = 4342;
/** UDP port of the data plane (RFC 9300). */
export const DATA_PORT = 4341;
