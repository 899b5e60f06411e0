// SPDX-License-Identifier: Apache-2.0
import { readAuthentication, writeAuthentication } from './authentication.js';
import { readEidRecord, writeEidRecord } from './eid-record.js';
import type { MapRegister } from './messages.js';
import type { Reader } from './reader.js';
import { readRecordCount, readRecords, writeRecordCount } from './record-list.js';
import { flag, type Writer } from './writer.js';
import { readIdentity, writeIdentity } from './xtr-identity.js';

const P = 0x08;
const S = 0x04;
const I = 0x02;
const E = 0x10;
const T = 0x08;
const MERGE = 0x04;
const M = 0x01;

/**
 * Map-Register (RFC 9301 section 5.6).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Type=3 |P|S|I|        Reserved       |E|T|a|R|M| Record Count  |
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
 *     |                   xTR-ID (16 bytes), with I                   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                   Site-ID (8 bytes), with I                   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Bytes behind that are an error: this message changes the mapping system, so all of it must be understood.
 */
export function readMapRegister(reader: Reader): MapRegister {
  const flags = reader.uint8('flags');
  reader.uint8('reserved');
  const moreFlags = reader.uint8('flags');
  const recordCount = readRecordCount(reader);
  const nonce = reader.uint64('nonce');
  const authentication = readAuthentication(reader);
  const records = readRecords(reader, recordCount, readEidRecord);
  const identity = flags & I ? readIdentity(reader) : undefined;
  reader.finish('records');
  return {
    type: 'map-register',
    proxyReply: (flags & P) !== 0,
    securityCapable: (flags & S) !== 0,
    eidNotify: (moreFlags & E) !== 0,
    useTtl: (moreFlags & T) !== 0,
    merge: (moreFlags & MERGE) !== 0,
    wantMapNotify: (moreFlags & M) !== 0,
    nonce,
    authentication,
    records,
    identity,
  };
}

/** @param signed write zeros of the algorithm's length as authentication data, for `sign` to fill in */
export function writeMapRegister(writer: Writer, message: MapRegister, type: number, signed: boolean): void {
  const { proxyReply, securityCapable, identity, eidNotify, useTtl, merge, wantMapNotify } = message;
  const flags = flag(proxyReply, P) | flag(securityCapable, S) | flag(identity !== undefined, I);
  const moreFlags = flag(eidNotify, E) | flag(useTtl, T) | flag(merge, MERGE) | flag(wantMapNotify, M);
  writer.uint8((type << 4) | flags, 'flags');
  writer.uint8(0, 'reserved');
  writer.uint8(moreFlags, 'flags');
  writeRecordCount(writer, message.records);
  writer.uint64(message.nonce, 'nonce');
  writeAuthentication(writer, message.authentication, signed);
  for (const record of message.records) writeEidRecord(writer, record, false);
  if (identity) writeIdentity(writer, identity);
}
