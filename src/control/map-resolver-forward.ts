// SPDX-License-Identifier: Apache-2.0
import { type Address, sameAddress } from '../addr/index.js';
import type { EncapsulatedControl, LocatorRecord } from '../wire/messages.js';
import { CONTROL_PORT, type MapRequest } from '../wire/messages.js';
import type { Received } from './machine.js';
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
export function encapsulated(received: Received, request: MapRequest): EncapsulatedControl {
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
