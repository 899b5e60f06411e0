// SPDX-License-Identifier: Apache-2.0
import { readAddress, writeAddress } from './afi-address.js';
import type { LocatorRecord } from './messages.js';
import type { Reader } from './reader.js';
import { flag, type Writer } from './writer.js';

const L = 0x0004;
const P = 0x0002;
const R = 0x0001;

/**
 * An RLOC-record (RFC 9301 section 5.4).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    Priority   |    Weight     |  M Priority   |   M Weight    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |        Unused Flags     |L|p|R|           Loc-AFI             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                             Locator                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function readLocatorRecord(reader: Reader): LocatorRecord {
  const priority = reader.uint8('priority');
  const weight = reader.uint8('weight');
  const multicastPriority = reader.uint8('multicast priority');
  const multicastWeight = reader.uint8('multicast weight');
  const flags = reader.uint16('locator flags');
  const offset = reader.offset;
  const rloc = readAddress(reader, 'locator');
  if (rloc === undefined) reader.fail('locator AFI', 'a locator without an address', offset);
  return {
    rloc,
    priority,
    weight,
    multicastPriority,
    multicastWeight,
    local: (flags & L) !== 0,
    probed: (flags & P) !== 0,
    reachable: (flags & R) !== 0,
  };
}

/** @param mayBeProbed false keeps the p-bit zero, as Map-Request and Map-Register need it (9301-5.4-13) */
export function writeLocatorRecord(writer: Writer, locator: LocatorRecord, mayBeProbed: boolean): void {
  writer.uint8(locator.priority, 'priority');
  writer.uint8(locator.weight, 'weight');
  writer.uint8(locator.multicastPriority, 'multicast priority');
  writer.uint8(locator.multicastWeight, 'multicast weight');
  const flags = flag(locator.local, L) | flag(mayBeProbed && locator.probed, P) | flag(locator.reachable, R);
  writer.uint16(flags, 'locator flags');
  writeAddress(writer, locator.rloc, 'locator');
}
