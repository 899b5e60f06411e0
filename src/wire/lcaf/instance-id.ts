// SPDX-License-Identifier: Apache-2.0
import { type Eid, MAX_INSTANCE_ID } from '#addr/index.js';
import { AFI, readAddress, writeAddress } from '#wire/afi-address.js';
import type { Reader } from '#wire/reader.js';
import { checkUint, type Writer } from '#wire/writer.js';

/**
 * Type 2 of RFC 8060 section 4.1: an EID with its instance ID. The mask length of an EID-Prefix is in the
 * record, not in here.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |           AFI = 16387         |     Rsvd1     |     Flags     |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |   Type = 2    | IID mask-len  |            Length             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         Instance ID                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |              AFI = x          |         Address  ...          |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
const TYPE = 2;

/** IID mask-len has a meaning with an inner AFI of 0 only. Other implementations write the width of the field. */
const IID_MASK_LENGTH = 32;

/** Reads it from its AFI on. Undefined if the inner AFI is 0, which names no EID. */
export function readInstanceId(reader: Reader, field: string): Eid | undefined {
  reader.uint16(`${field} AFI`);
  reader.uint16(`${field} LCAF flags`); // Rsvd1 and Flags are ignored on receipt
  const typeOffset = reader.offset;
  const type = reader.uint8(`${field} LCAF type`);
  if (type !== TYPE) reader.fail(`${field} LCAF type`, `LCAF type ${type} is not supported here`, typeOffset);
  reader.uint8(`${field} IID mask-len`);
  const body = reader.sub(reader.uint16(`${field} LCAF length`), `${field} LCAF`);
  const idOffset = body.offset;
  const instanceId = body.uint32(`${field} instance ID`);
  // The upper 8 bits have no room in a data header. Without them, two instances would be the same.
  if (instanceId > MAX_INSTANCE_ID)
    body.fail(`${field} instance ID`, `${instanceId} has more than 24 bits`, idOffset);
  const address = readAddress(body, field);
  body.finish(`${field} LCAF`);
  return address && { instanceId, address };
}

export function writeInstanceId(writer: Writer, eid: Eid, field: string): void {
  writer.uint16(AFI.lcaf, field);
  writer.uint16(0, field);
  writer.uint8(TYPE, field);
  writer.uint8(IID_MASK_LENGTH, field);
  writer.uint16(4 + 2 + (eid.address.family === 4 ? 4 : 16), field);
  writer.uint32(checkUint(eid.instanceId, 24, `${field} instance ID`), field);
  writeAddress(writer, eid.address, field);
}
