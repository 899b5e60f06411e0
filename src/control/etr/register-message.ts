// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import { ACTION, ALGORITHM_ID, type EidRecord, type LocatorRecord, type MapRegister } from '#wire/index.js';
import type { MapServerPeer } from '#control/contract/config.js';
import type { XtrIdentity } from '#wire/messages.js';

/** The EID-record that registers an EID-Prefix. */
export function registeredRecord(
  eid: EidPrefix,
  ttl_min: number,
  locators: readonly LocatorRecord[],
): EidRecord {
  return { eid, ttl_min, action: ACTION.noAction, authoritative: true, mapVersion: 0, locators };
}

/** The EID-record that withdraws our own locators only, as routers in the field send it. */
export function withdrawnRecord(eid: EidPrefix): EidRecord {
  return { eid, ttl_min: 0, action: ACTION.drop, authoritative: true, mapVersion: 0, locators: [] };
}

/**
 * The M bit is always set, as in the field: retransmission needs the Map-Notify. The T bit is clear: a
 * registration lives for three minutes from the last Map-Register, and the TTL is for map-caches.
 */
export function mapRegister(
  server: MapServerPeer,
  identity: XtrIdentity,
  nonce: bigint,
  records: readonly EidRecord[],
): MapRegister {
  return {
    type: 'map-register',
    proxyReply: server.proxyReply,
    securityCapable: false,
    eidNotify: false,
    useTtl: false,
    merge: false,
    wantMapNotify: true,
    nonce,
    authentication: {
      keyId: server.key.keyId,
      algorithmId: ALGORITHM_ID[server.key.algorithm],
      data: new Uint8Array(),
    },
    records,
    identity,
  };
}
