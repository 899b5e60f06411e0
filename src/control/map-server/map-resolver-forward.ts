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
 * Where to forward a Map-Request: to the ETR that registered last, among those that can be reached. Its locators come
 * first, since they are authenticated and the source address of a Map-Register is not: the one that it registered from,
 * then its own, then others that are up; last the source address itself (an ETR behind others' locators).
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
 * A Map-Request that came without encapsulation, as one that goes on to an ETR: its source address and port inside, so
 * that the answer goes to the port that it came from. The inner destination is the EID (RFC 9301 section 5.8) where
 * that has the family of the source.
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

/** A Map-Request that has one record is not longer than this, with its LISP-SEC data; what is longer was padded. */
export const MAX_FORWARDED_BYTES = 1024;

/**
 * What goes on to the ETR that has `requested`. A request for one EID-prefix, as ITRs send them (9301-5.2-11), goes
 * unaltered (RFC 9301 section 8.3). Of one for several, each ETR gets what it is asked itself: the bytes of all records
 * times the number of ETRs would be a gift to whoever forges an ITR-RLOC. Undefined: longer than a Map-Request is.
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
  // The D bit asked this node for a Map-Referral (RFC 8111), which is not what an ETR sends.
  return { ...ecm, ddt: false, payload };
}
