// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix } from '#addr/index.js';
import { CONTROL_PORT, encodeMessage, type MapRequest } from '#wire/index.js';
import type { SendEffect } from '#control/contract/effect.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';

/** The content of a Map-Request. */
export interface Question {
  /** The prefix of its one record (RFC 9301 section 5.2). */
  readonly prefix: EidPrefix;
  /** An EID in the prefix: the destination of the inner header. */
  readonly eid: Eid;
  /** Source of the packet that caused it; undefined for a refresh of a cached mapping. */
  readonly sourceEid: Eid | undefined;
  readonly smrInvoked: boolean;
}

/**
 * A refresh of a mapping in use (RFC 9301 section 5.2: a Source-EID of AFI 0, the cached prefix in the
 * record).
 */
export function refresh(prefix: EidPrefix): Question {
  const eid = { instanceId: prefix.instanceId, address: prefix.prefix.address };
  return { prefix, eid, sourceEid: undefined, smrInvoked: false };
}

/** An Encapsulated Map-Request to a Map-Resolver (RFC 9301 sections 5.3 and 5.8). */
export function encapsulatedMapRequest(
  question: Question,
  nonce: bigint,
  resolver: Address,
  local: LocalRlocs,
): SendEffect {
  const request: MapRequest = {
    ...BARE_REQUEST,
    smrInvoked: question.smrInvoked,
    nonce,
    sourceEid: question.sourceEid,
    itrRlocs: local.firstOfEach,
    records: [question.prefix],
  };
  const destination = question.eid.address;
  return {
    type: 'send',
    message: {
      type: 'encapsulated-control',
      security: undefined,
      ddt: false,
      // Both inner addresses have one family. If we have no RLOC of the EID's family, the source is the EID
      // itself, as in IOS.
      innerSource: local.first(destination.family) ?? destination,
      innerDestination: destination,
      innerSourcePort: CONTROL_PORT, // some ETRs and Map-Servers reply to it, and we listen on 4342
      innerDestinationPort: CONTROL_PORT,
      payload: encodeMessage(request),
    },
    from: local.first(resolver.family),
    to: resolver,
    toPort: CONTROL_PORT,
  };
}

/**
 * A Solicit-Map-Request (RFC 9301 section 6.1): it tells an ITR to request the mapping of `moved` again. The
 * EIDs are in the fields of RFC 6830 and of routers in the field: the moved EID is the source EID, the ITR's
 * own EID is in the record. D bit: no Map-Reply is needed (section 5.2).
 */
export function solicitMapRequest(
  moved: Eid,
  remote: EidPrefix,
  nonce: bigint,
  itr: Address,
  local: LocalRlocs,
): SendEffect {
  const own = local.first(itr.family);
  return {
    type: 'send',
    message: {
      ...BARE_REQUEST,
      smr: true,
      dontMapReply: true,
      nonce,
      sourceEid: moved,
      itrRlocs: own === undefined ? local.firstOfEach : [own],
      records: [remote],
    },
    from: own,
    to: itr,
    toPort: CONTROL_PORT,
  };
}

/** All fields are present: V8 copies existing fields fast and adds fields to a copy slowly. */
const BARE_REQUEST: MapRequest = {
  type: 'map-request',
  authoritative: false,
  probe: false,
  smr: false,
  pitr: false,
  smrInvoked: false,
  localXtr: false,
  dontMapReply: false,
  nonce: 0n,
  sourceEid: undefined,
  itrRlocs: [],
  records: [],
  mapping: undefined,
};
