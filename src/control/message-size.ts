// SPDX-License-Identifier: Apache-2.0
// What messages take on the wire, so that none is cut into fragments.
import type { EidPrefix } from '../addr/index.js';
import type { LocatorRecord } from '../wire/messages.js';

/**
 * Bytes of a LISP message where the path MTU is not known: an IPv4 packet of 576 or an IPv6 packet of 1280 bytes
 * (RFC 9301 section 5), less the IP and UDP headers.
 */
export const MESSAGE_BYTES = { 4: 576 - 20 - 8, 6: 1280 - 40 - 8 } as const;

/** A Map-Reply without its records: word 1 and nonce. */
export const REPLY_BYTES = 12;

/** TTL, counts, map-version and AFI. */
const RECORD_BYTES = 12;
/** The Instance ID LCAF around an EID (RFC 8060 section 4.1): 10 bytes and the AFI inside. */
const INSTANCE_LCAF_BYTES = 12;
/** Priorities, weights, flags and AFI. */
const LOCATOR_BYTES = 8;
const ADDRESS_BYTES = { 4: 4, 6: 16 } as const;

/** Bytes of an EID-record. */
export function recordBytes(eid: EidPrefix, locators: readonly LocatorRecord[]): number {
  const lcaf = eid.instanceId === 0 ? 0 : INSTANCE_LCAF_BYTES;
  const eidBytes = lcaf + ADDRESS_BYTES[eid.prefix.address.family];
  return locators.reduce(
    (sum, locator) => sum + LOCATOR_BYTES + ADDRESS_BYTES[locator.rloc.family],
    RECORD_BYTES + eidBytes,
  );
}
