// SPDX-License-Identifier: Apache-2.0
import { maskLengthOf, readEidPrefix, writeEidPrefix } from './eid-prefix.js';
import { readLocatorRecord, writeLocatorRecord } from './locator-record.js';
import type { EidRecord } from './messages.js';
import type { Reader } from './reader.js';
import { readRecords } from './record-list.js';
import { checkUint, flag, type Writer } from './writer.js';

/**
 * Locator-Status-Bits (RFC 9300 section 5.3) name 32 locators by their place in the set. A longer set is refused and not
 * truncated, since a truncated set would not be the set of the ETR.
 */
export const MAX_LOCATORS = 32;

const ACT_SHIFT = 13;
const A = 0x1000;
const MAP_VERSION = 0x0fff;

/**
 * An EID-record (RFC 9301 section 5.4), as in Map-Reply, Map-Register, Map-Notify and a Map-Request with the M-bit.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                          Record TTL                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     | Locator Count | EID mask-len  | ACT |A|      Reserved         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     | Rsvd  |  Map-Version Number   |       EID-Prefix-AFI          |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                          EID-Prefix                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                       RLOC-records ...                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function readEidRecord(reader: Reader): EidRecord {
  const ttl_min = reader.uint32('record TTL');
  const countOffset = reader.offset;
  const locatorCount = reader.uint8('locator count');
  if (locatorCount > MAX_LOCATORS)
    reader.fail('locator count', `${locatorCount} is more than ${MAX_LOCATORS}`, countOffset);
  const maskLength = reader.uint8('EID mask-len');
  const actions = reader.uint16('ACT');
  const mapVersion = reader.uint16('map-version') & MAP_VERSION;
  const eid = readEidPrefix(reader, maskLength);
  const locators = readRecords(reader, locatorCount, readLocatorRecord);
  return {
    eid,
    ttl_min,
    action: actions >> ACT_SHIFT,
    authoritative: (actions & A) !== 0,
    mapVersion,
    locators,
  };
}

/** @param mayBeProbed whether the p-bit of a locator is written (not in Map-Request and Map-Register) */
export function writeEidRecord(writer: Writer, record: EidRecord, mayBeProbed: boolean): void {
  if (record.locators.length > MAX_LOCATORS)
    throw new TypeError(`a record has at most ${MAX_LOCATORS} locators, not ${record.locators.length}`);
  writer.uint32(record.ttl_min, 'record TTL');
  writer.uint8(record.locators.length, 'locator count');
  writer.uint8(maskLengthOf(record.eid), 'EID mask-len');
  writer.uint16((checkUint(record.action, 3, 'ACT') << ACT_SHIFT) | flag(record.authoritative, A), 'ACT');
  writer.uint16(checkUint(record.mapVersion, 12, 'map-version'), 'map-version');
  writeEidPrefix(writer, record.eid);
  for (const locator of record.locators) writeLocatorRecord(writer, locator, mayBeProbed);
}
