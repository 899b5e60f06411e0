// SPDX-License-Identifier: Apache-2.0
import { readEidRecord, writeEidRecord } from './eid-record.js';
import type { MapReply } from './messages.js';
import type { Reader } from './reader.js';
import { readRecordCount, readRecords, writeRecordCount } from './record-list.js';
import { flag, type Writer } from './writer.js';

const P = 0x08;
const E = 0x04;
const S = 0x02;

/** AD Type and three unassigned bytes (RFC 9303 section 6.2). */
const MIN_SECURITY_LENGTH = 4;

/**
 * Map-Reply (RFC 9301 section 5.4).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Type=2 |P|E|S|          Reserved               | Record Count  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         Nonce . . .                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         . . . Nonce                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                        EID-records ...                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    AD Type    |       Authentication Data Content . . .       |  with S
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Without S, bytes behind the last record are an error. This message changes the map-cache, and its records cannot be
 * trusted if record count and contents disagree.
 */
export function readMapReply(reader: Reader): MapReply {
  const flags = reader.uint8('flags');
  reader.uint16('reserved');
  const recordCount = readRecordCount(reader);
  const nonce = reader.uint64('nonce');
  const records = readRecords(reader, recordCount, readEidRecord);
  const security = flags & S ? readSecurity(reader) : undefined;
  reader.finish('records');
  return {
    type: 'map-reply',
    probe: (flags & P) !== 0,
    echoNonce: (flags & E) !== 0,
    security,
    nonce,
    records,
  };
}

function readSecurity(reader: Reader): Uint8Array {
  return reader.take(Math.max(reader.remaining, MIN_SECURITY_LENGTH), 'LISP-SEC authentication data');
}

export function writeMapReply(writer: Writer, message: MapReply, type: number): void {
  const { probe, echoNonce, security } = message;
  const flags = flag(probe, P) | flag(echoNonce, E) | flag(security !== undefined, S);
  writer.uint8((type << 4) | flags, 'flags');
  writer.uint16(0, 'reserved');
  writeRecordCount(writer, message.records);
  writer.uint64(message.nonce, 'nonce');
  for (const record of message.records) writeEidRecord(writer, record, true);
  if (security === undefined) return;
  if (security.length < MIN_SECURITY_LENGTH)
    throw new TypeError(`LISP-SEC authentication data has ${MIN_SECURITY_LENGTH} bytes or more`);
  writer.put(security);
}
