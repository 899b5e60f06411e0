// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix } from '#addr/index.js';
import { CONTROL_PORT, encodeMessage, type MapRequest } from '#wire/index.js';
import type { SendEffect } from '#control/contract/effect.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';

/** What a Map-Request asks for. */
export interface Question {
  /** The prefix of the one record that is sent (RFC 9301 section 5.2). */
  readonly prefix: EidPrefix;
  /** An EID in it: the destination of the inner header. */
  readonly eid: Eid;
  /** Source of the packet that asks; undefined when a cached mapping is asked for again. */
  readonly sourceEid: Eid | undefined;
  readonly smrInvoked: boolean;
}

/** Asks again for a mapping in use (RFC 9301 section 5.2: a Source-EID of AFI 0, the cached prefix in the record). */
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
      // Both inner addresses are of one family. Without an RLOC of the EID's, the EID itself, as IOS does.
      innerSource: local.first(destination.family) ?? destination,
      innerDestination: destination,
      innerSourcePort: CONTROL_PORT, // some ETRs and Map-Servers reply to it: it has to be the one we listen on
      innerDestinationPort: CONTROL_PORT,
      payload: encodeMessage(request),
    },
    from: local.first(resolver.family),
    to: resolver,
    toPort: CONTROL_PORT,
  };
}

/**
 * A Solicit-Map-Request (RFC 9301 section 6.1) that tells an ITR to ask again for `moved`. The EIDs are where the field
 * and RFC 6830 have them: the moved EID as the source EID, the ITR's own EID in the record. D: no Map-Reply is needed
 * (section 5.2).
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

/** All of its fields: V8 copies what is there fast, and adds fields to a copy slowly. */
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
