// SPDX-License-Identifier: Apache-2.0
import { type Address, type EidPrefix, sameAddress } from '#addr/index.js';
import {
  CONTROL_PORT,
  type EncapsulatedControl,
  encodeMessage,
  type LocatorRecord,
  type MapRequest,
} from '#wire/index.js';
import type { Received } from '#control/contract/inputs.js';
import type { EtrRegistration, Registration } from './registration.js';

/**
 * Chooses where to forward a Map-Request: to the reachable ETR that registered last. Its locators come first,
 * because they are authenticated and the source address of a Map-Register is not. The order is: the locator
 * that it registered from, its own locators, others that are up, and last the source address (for an ETR
 * behind the locators of others).
 */
export function etrRloc(
  registration: Registration,
  canReach: (rloc: Address) => boolean,
): Address | undefined {
  return registration.etrs
    .toReversed()
    .map((etr) => candidates(etr).find(canReach))
    .find((rloc) => rloc !== undefined);
}

function candidates({ source, locators }: EtrRegistration): Address[] {
  const rank = (locator: LocatorRecord): number =>
    (sameAddress(locator.rloc, source.from) ? 0 : 4) + (locator.local ? 0 : 2) + (locator.reachable ? 0 : 1);
  const ranked = [...locators].sort((a, b) => rank(a) - rank(b) || a.priority - b.priority);
  return [...ranked.map(({ rloc }) => rloc), source.from];
}

/**
 * Encapsulates a plain Map-Request to forward it to an ETR. Its source address and port become the inner
 * ones, so that the ETR answers to that port. The inner destination is the EID (RFC 9301 section 5.8) if it
 * has the family of the source.
 */
export function encapsulatedRequest(received: Received, request: MapRequest): EncapsulatedControl {
  const eid = request.records[0]?.prefix.address;
  return {
    type: 'encapsulated-control',
    security: undefined,
    ddt: false,
    innerSource: received.from,
    innerDestination: eid?.family === received.from.family ? eid : received.to,
    innerSourcePort: received.fromPort,
    innerDestinationPort: CONTROL_PORT,
    payload: received.bytes,
  };
}

/**
 * Maximum size of a forwarded Map-Request. One with a single record and its LISP-SEC data is never larger; a
 * larger one was padded.
 */
export const MAX_FORWARDED_BYTES = 1024;

/**
 * The Map-Request to forward to the ETR of `requested`. A request for one EID-prefix, as ITRs send them
 * (9301-5.2-11), is forwarded unaltered (RFC 9301 section 8.3). A request for several is split: each ETR gets
 * only its own record. Otherwise the size of all records would be multiplied by the number of ETRs, which a
 * forged ITR-RLOC could exploit. Undefined: it is larger than a Map-Request can be.
 */
export function forwardedRequest(
  ecm: EncapsulatedControl,
  request: MapRequest,
  requested: EidPrefix,
): EncapsulatedControl | undefined {
  const payload =
    request.records.length === 1
      ? ecm.payload
      : encodeMessage({ ...request, records: [requested], mapping: undefined });
  if (payload.length + (ecm.security?.length ?? 0) > MAX_FORWARDED_BYTES) return undefined;
  // The D bit asks this node for a Map-Referral (RFC 8111). ETRs do not send those.
  return { ...ecm, ddt: false, payload };
}
