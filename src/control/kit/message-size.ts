// SPDX-License-Identifier: Apache-2.0
// Sizes of messages on the wire, so that no message is fragmented.
import type { EidPrefix } from '#addr/index.js';
import type { LocatorRecord } from '#wire/messages.js';

/**
 * Maximum size of a LISP message in bytes when the path MTU is unknown: an IPv4 packet of 576 or an IPv6
 * packet of 1280 bytes (RFC 9301 section 5), less the IP and UDP headers.
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

/** RFC 9301 sections 5.6 and 5.7: Record Count has 8 bits. */
const MAX_RECORDS = 255;
/** Word 1, nonce, key ID and lengths; the longest authentication data (HMAC-SHA-256); xTR-ID and Site-ID. */
const AUTHENTICATED_BYTES = 16 + 32 + 24;

/**
 * Splits the items into batches. Each batch fits one Map-Register or Map-Notify of at most `bytes`. An item
 * that is larger gets a batch of its own.
 * @param bytesOf size of the EID-record of an item
 */
export function recordBatches<T>(items: readonly T[], bytesOf: (item: T) => number, bytes: number): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let size = AUTHENTICATED_BYTES;
  for (const item of items) {
    const more = bytesOf(item);
    if (batch.length > 0 && (size + more > bytes || batch.length === MAX_RECORDS)) {
      batches.push(batch);
      batch = [];
      size = AUTHENTICATED_BYTES;
    }
    batch.push(item);
    size += more;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
