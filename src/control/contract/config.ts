// SPDX-License-Identifier: Apache-2.0
// What the machines are told. `config` reads it from YAML; nothing here knows of files.
import type { Address, EidPrefix, InstanceId } from '#addr/index.js';
import type { Forwarding } from './forwarding.js';
import type { XtrIdentity } from '#wire/messages.js';

/** A pre-shared secret between ETR and Map-Server. */
export interface AuthenticationKey {
  /** 0 to 255 (RFC 9301 section 5.6, Key ID). */
  readonly keyId: number;
  readonly algorithm: 'hmac-sha-1-96' | 'hmac-sha-256-128';
  readonly secret: Uint8Array;
}

/** One of our RLOCs, as registered. */
export interface LocalRloc {
  readonly address: Address;
  readonly priority: number;
  readonly weight: number;
}

/** EIDs that live behind this router, always. */
export interface DatabaseMapping {
  readonly eid: EidPrefix;
}

/** A prefix whose hosts are learnt one by one, and may move away. */
export interface DynamicEidPrefix {
  readonly name: string;
  readonly eid: EidPrefix;
}

/** A configured map-cache entry. */
export interface StaticMapping {
  readonly eid: EidPrefix;
  readonly forwarding: Forwarding;
}

export interface MapServerPeer {
  readonly address: Address;
  readonly key: AuthenticationKey;
  /** P bit: let the Map-Server answer for us. */
  readonly proxyReply: boolean;
}

export interface XtrConfig {
  readonly identity: XtrIdentity;
  readonly rlocs: readonly LocalRloc[];
  readonly databaseMappings: readonly DatabaseMapping[];
  readonly dynamicEids: readonly DynamicEidPrefix[];
  /** EID-facing interfaces at start; sightings on others are ignored. */
  readonly eidInterfaces: readonly {
    readonly name: string;
    readonly ifindex: number;
    readonly instanceId: InstanceId;
  }[];
  readonly mapResolvers: readonly Address[];
  readonly mapServers: readonly MapServerPeer[];
  readonly staticMappings: readonly StaticMapping[];
  /** TTL of the records that we register and reply with, minutes. */
  readonly recordTtl_min: number;
  /** Set L and the status bits in data packets; off on the public Internet (RFC 9300 section 4.1). */
  readonly locatorStatusBits: boolean;
  /**
   * Nonce of the first Map-Register; later ones count up. It has to be above every nonce sent before a restart
   * (RFC 9301 section 5.6): config/register-nonce.ts keeps it.
   */
  readonly firstRegisterNonce: bigint;
  readonly limits: XtrLimits;
}

/** Bounds and rates that a deployment may change. Defaults with their sources: control/contract/limits.ts. */
export interface XtrLimits {
  readonly mapCacheEntries: number;
  readonly dynamicEids: number;
  readonly pendingMapRequests: number;
  readonly heldPacketsPerEid: number;
  readonly heldPackets: number;
  /** At most one SMR to an RLOC in this time, ms (RFC 9301 section 6.1: 3 s); 0 lifts it. */
  readonly smrPerRlocInterval_ms: number;
  /** SMRs about one (EID, RLOC) are suppressed for this long, ms (IOS: 20 s). */
  readonly smrSuppression_ms: number;
  /** At most one SMR-invoked Map-Request for an EID-prefix in this time, ms (RFC 9301 section 6.1: 3 s). */
  readonly smrInvokedInterval_ms: number;
  /** At most one Map-Reply for an EID to an RLOC in this time, ms (RFC 9301 section 5.4: 3 s). */
  readonly mapReplyInterval_ms: number;
  /** All Map-Replies to one RLOC a second; twice as many at once. */
  readonly mapRepliesPerRloc_pps: number;
}

/** An EID-prefix that a site may register. */
export interface SitePrefix {
  readonly eid: EidPrefix;
  readonly acceptMoreSpecifics: boolean;
  /** Answer for the ETRs even if they do not ask for it with the P bit. */
  readonly proxyReply: boolean;
}

export interface Site {
  readonly name: string;
  readonly keys: readonly AuthenticationKey[];
  readonly prefixes: readonly SitePrefix[];
  /**
   * True, the default: a Map-Register whose nonce does not grow is dropped (RFC 9301 section 5.6), but for an exact
   * repetition of the last one. False takes any nonce: some stacks in the field always send the same.
   */
  readonly strictNonces: boolean;
}

export interface MapServerConfig {
  readonly sites: readonly Site[];
  /** Our own addresses that replies and notifications come from. */
  readonly addresses: readonly Address[];
  readonly limits: MapServerLimits;
}

export interface MapServerLimits {
  readonly registrations: number;
  readonly pendingNotifies: number;
  /** As in XtrLimits. */
  readonly mapReplyInterval_ms: number;
  readonly mapRepliesPerRloc_pps: number;
}
