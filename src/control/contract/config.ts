// SPDX-License-Identifier: Apache-2.0
// Configuration of the machines. `config` reads it from YAML; the machines know no files.
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

/** EIDs that are always behind this router. */
export interface DatabaseMapping {
  readonly eid: EidPrefix;
}

/** A prefix whose hosts are learnt one by one and may move. */
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
  /** P bit: the Map-Server answers Map-Requests for us. */
  readonly proxyReply: boolean;
}

export interface XtrConfig {
  readonly identity: XtrIdentity;
  readonly rlocs: readonly LocalRloc[];
  readonly databaseMappings: readonly DatabaseMapping[];
  readonly dynamicEids: readonly DynamicEidPrefix[];
  /** EID-facing interfaces at start. Sightings on other interfaces are ignored. */
  readonly eidInterfaces: readonly {
    readonly name: string;
    readonly ifindex: number;
    readonly instanceId: InstanceId;
  }[];
  readonly mapResolvers: readonly Address[];
  readonly mapServers: readonly MapServerPeer[];
  readonly staticMappings: readonly StaticMapping[];
  /** TTL of our records in Map-Registers and Map-Replies, minutes. */
  readonly recordTtl_min: number;
  /** Outer headers have the TTL of inner ones, so that hosts see the routers of the core in a traceroute. */
  readonly ttlPropagation: boolean;
  /** IPv4 packets without DF that are too big: sent on in fragments, or refused like those with DF. */
  readonly fragmentation: 'fragment' | 'refuse';
  /**
   * Whether data packets carry the L bit and status bits; off on the public Internet (RFC 9300 section 4.1).
   */
  readonly locatorStatusBits: boolean;
  /**
   * Nonce of the first Map-Register; later nonces count up. It has to be greater than every nonce sent before
   * a restart (RFC 9301 section 5.6): config/register-nonce.ts stores it.
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
  /** Minimum time between two SMRs to an RLOC, ms (RFC 9301 section 6.1: 3 s); 0 disables the limit. */
  readonly smrPerRlocInterval_ms: number;
  /** Time for which further SMRs about one (EID, RLOC) are suppressed, ms (IOS: 20 s). */
  readonly smrSuppression_ms: number;
  /** Minimum time between two SMR-invoked Map-Requests for an EID-prefix, ms (RFC 9301 section 6.1: 3 s). */
  readonly smrInvokedInterval_ms: number;
  /** Minimum time between two equal Map-Replies for an EID to an RLOC, ms (RFC 9301 section 5.4: 3 s). */
  readonly mapReplyInterval_ms: number;
  /** Maximum rate of all Map-Replies to one RLOC; the burst is twice as many. */
  readonly mapRepliesPerRloc_pps: number;
}

/** An EID-prefix that a site may register. */
export interface SitePrefix {
  readonly eid: EidPrefix;
  readonly acceptMoreSpecifics: boolean;
  /** The Map-Server answers for the ETRs even if they do not set the P bit. */
  readonly proxyReply: boolean;
}

export interface Site {
  readonly name: string;
  readonly keys: readonly AuthenticationKey[];
  readonly prefixes: readonly SitePrefix[];
  /**
   * True, the default: a Map-Register whose nonce does not grow is dropped (RFC 9301 section 5.6), unless it
   * exactly repeats the last one. False accepts any nonce: some implementations in the field always send the
   * same.
   */
  readonly strictNonces: boolean;
}

export interface MapServerConfig {
  readonly sites: readonly Site[];
  /** Our own addresses: sources of replies and notifications. */
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
