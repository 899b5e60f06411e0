// SPDX-License-Identifier: Apache-2.0
import { readAuthentication, writeAuthentication } from './authentication.js';
import { readEidRecord, writeEidRecord } from './eid-record.js';
import type { MapNotify } from './messages.js';
import type { Reader } from './reader.js';
import { readRecordCount, readRecords, writeRecordCount } from './record-list.js';
import { flag, type Writer } from './writer.js';
import { IDENTITY_LENGTH, readIdentity, writeIdentity } from './xtr-identity.js';

/** The I bit as routers in the field write it: the first bit after the type. */
const I = 0x08;
/** The I bit where a Map-Register has it. */
const I_OF_MAP_REGISTER = 0x02;

/**
 * Map-Notify and Map-Notify-Ack (RFC 9301 section 5.7).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Type=4/5|             Reserved                 | Record Count  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         Nonce . . .                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         . . . Nonce                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    Key ID     | Algorithm ID  |  Authentication Data Length   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     ~                     Authentication Data                       ~
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                        EID-records ...                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |               xTR-ID and Site-ID (24 bytes), with I           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The section says 'the same contents as a Map-Register', which may end with xTR-ID and Site-ID, and draws all flags as
 * reserved. So an identity is read if the I bit is set in either place, or if exactly 24 bytes are left. It is written
 * with the I bit where routers in the field have it. Anything else behind the records is an error, as in a
 * Map-Register.
 */
export function readMapNotify(reader: Reader, type: MapNotify['type']): MapNotify {
  const flags = reader.uint8('flags');
  reader.uint16('reserved');
  const recordCount = readRecordCount(reader);
  const nonce = reader.uint64('nonce');
  const authentication = readAuthentication(reader);
  const records = readRecords(reader, recordCount, readEidRecord);
  const announced = (flags & (I | I_OF_MAP_REGISTER)) !== 0;
  const identity = announced || reader.remaining === IDENTITY_LENGTH ? readIdentity(reader) : undefined;
  reader.finish('records');
  return { type, nonce, authentication, records, identity };
}

/** @param signed write zeros of the algorithm's length as authentication data, for `sign` to fill in */
export function writeMapNotify(writer: Writer, message: MapNotify, type: number, signed: boolean): void {
  writer.uint8((type << 4) | flag(message.identity !== undefined, I), 'flags');
  writer.uint16(0, 'reserved');
  writeRecordCount(writer, message.records);
  writer.uint64(message.nonce, 'nonce');
  writeAuthentication(writer, message.authentication, signed);
  for (const record of message.records) writeEidRecord(writer, record, true);
  if (message.identity) writeIdentity(writer, message.identity);
}
