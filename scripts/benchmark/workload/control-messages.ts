// SPDX-License-Identifier: Apache-2.0
// Control messages as ITRs and ETRs send them to a Map-Server and Map-Resolver.
import { type Address, type EidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import type { AuthenticationKey, MapServerConfig } from '#control/contract/config.js';
import { DEFAULT_MAP_SERVER_LIMITS } from '#control/contract/limits.js';
import {
  ALGORITHM_ID,
  CONTROL_PORT,
  type EidRecord,
  encodeMessage,
  type MapRegister,
  type MapReply,
  type MapRequest,
} from '#wire/index.js';

export const SITE_KEY: AuthenticationKey = {
  keyId: 1,
  algorithm: 'hmac-sha-256-128',
  secret: Buffer.from('the key of the benchmark'),
};
/** All EIDs of a campus table lie in it. */
export const SITE_EIDS = '10.0.0.0/8';
const RECORD_TTL_min = 1440;
/** EID-records of the Map-Registers that fill a table. */
export const RECORDS = 32;
/** ETRs that share the EIDs of a table: as many as there may be in a campus. */
const ETRS = 256;
const FIRST_ETR = parseAddress('2.2.0.1');
/**
 * ITRs that ask, in turns: Map-Replies to one RLOC are limited to 200 a second, so that fewer would measure the limit.
 * Their RLOCs are the ITR_PREFIX.
 */
export const ITRS = 1024;
export const ITR_PREFIX = '4.4.0.0/22';

/** Which ETR has the EID at this index of a table; those of one message have one. */
export function etrOf(index: number): number {
  return Math.floor(index / RECORDS) % ETRS;
}

export function etrRloc(etr: number): Address {
  return { ...FIRST_ETR, bits: FIRST_ETR.bits + BigInt(etr) };
}

/** The ITR that asks as the n-th. */
export function itrRloc(n: number): Address {
  const { address } = parsePrefix(ITR_PREFIX);
  return { ...address, bits: address.bits + BigInt(n % ITRS) };
}

/** One site that may register all EIDs, and answers for its ETRs; all other limits as they are by default. */
export function mapServerConfig(addresses: readonly Address[], registrations: number): MapServerConfig {
  const eid = { instanceId: 0, prefix: parsePrefix(SITE_EIDS) };
  return {
    sites: [
      {
        name: 'benchmark',
        keys: [SITE_KEY],
        strictNonces: true,
        prefixes: [{ eid, acceptMoreSpecifics: true, proxyReply: true }],
      },
    ],
    addresses,
    limits: { ...DEFAULT_MAP_SERVER_LIMITS, registrations },
  };
}

function record(eid: EidPrefix, rloc: Address): EidRecord {
  const locator = {
    ...{ rloc, priority: 1, weight: 100, multicastPriority: 255, multicastWeight: 0 },
    ...{ local: true, probed: false, reachable: true },
  };
  return { eid, ttl_min: RECORD_TTL_min, action: 0, authoritative: true, mapVersion: 0, locators: [locator] };
}

/** A Map-Register of these EIDs, one record each, signed; it asks for a Map-Notify. */
export function mapRegister(eids: readonly EidPrefix[], nonce: bigint, etr: number): MapRegister {
  return {
    ...{ type: 'map-register', proxyReply: true, securityCapable: false, eidNotify: false, useTtl: true },
    ...{ merge: false, wantMapNotify: true, nonce },
    authentication: {
      keyId: SITE_KEY.keyId,
      algorithmId: ALGORITHM_ID[SITE_KEY.algorithm],
      data: new Uint8Array(),
    },
    records: eids.map((eid) => record(eid, etrRloc(etr))),
    identity: { xtrId: BigInt(etr), siteId: 0n },
  };
}

export function mapRequest(eid: EidPrefix, nonce: bigint, itrRloc: Address): MapRequest {
  return {
    ...{ type: 'map-request', authoritative: false, probe: false, smr: false, pitr: false },
    ...{ smrInvoked: false, localXtr: false, dontMapReply: false, nonce },
    sourceEid: { instanceId: 0, address: parseAddress('5.5.5.5') },
    itrRlocs: [itrRloc],
    records: [eid],
    mapping: undefined,
  };
}

/** The answer to it. */
export function mapReply(eid: EidPrefix, nonce: bigint): MapReply {
  const flags = { probe: false, echoNonce: false, security: undefined };
  return { type: 'map-reply', ...flags, nonce, records: [record(eid, etrRloc(0))] };
}

export function registerBytes(eids: readonly EidPrefix[], nonce: bigint, etr: number): Uint8Array {
  return encodeMessage(mapRegister(eids, nonce, etr), SITE_KEY.secret);
}

/** In an Encapsulated Control Message, as a Map-Resolver gets it. */
export function requestBytes(eid: EidPrefix, nonce: bigint, itrRloc: Address): Uint8Array {
  return encodeMessage({
    ...{ type: 'encapsulated-control', security: undefined, ddt: false },
    ...{ innerSource: itrRloc, innerSourcePort: CONTROL_PORT, innerDestinationPort: CONTROL_PORT },
    innerDestination: eid.prefix.address,
    payload: encodeMessage(mapRequest(eid, nonce, itrRloc)),
  });
}
