// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '#addr/index.js';
import { readAddress, writeAddress } from './afi-address.js';
import { readEid, writeEid } from './eid.js';
import { maskLengthOf, readEidPrefix, writeEidPrefix } from './eid-prefix.js';
import { readEidRecord, writeEidRecord } from './eid-record.js';
import type { MapRequest } from './messages.js';
import type { Reader } from './reader.js';
import { readRecordCount, readRecords, writeRecordCount } from './record-list.js';
import { flag, type Writer } from './writer.js';

/** IRC has 5 bits and counts from zero. */
const MAX_ITR_RLOCS = 32;

const A = 0x08;
const M = 0x04;
const P = 0x02;
const S = 0x01;
const PITR = 0x80;
const SMR_INVOKED = 0x40;
const L = 0x40;
const D = 0x20;
const IRC = 0x1f;

/**
 * Map-Request (RFC 9301 section 5.2).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Type=1 |A|M|P|S|p|s|R|R|  Rsvd   |L|D|   IRC   | Record Count  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         Nonce . . .                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                         . . . Nonce                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |         Source-EID-AFI        |   Source EID Address  ...     |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |         ITR-RLOC-AFI 1        |    ITR-RLOC Address 1  ...    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                              ...                              |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |         ITR-RLOC-AFI n        |    ITR-RLOC Address n  ...    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   / |   Reserved    | EID mask-len  |        EID-Prefix-AFI         |
 * Rec +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   \ |                       EID-Prefix  ...                         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                   Map-Reply Record  ...                       |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Bytes behind the last record are ignored: RFC 9437 puts an xTR-ID and a Site-ID there, announced by a bit that is R
 * here and so ignored on receipt (9301-5.2-06). The bytes behind a Map-Request change no state.
 */
export function readMapRequest(reader: Reader): MapRequest {
  const flags = reader.uint8('flags');
  const moreFlags = reader.uint8('flags');
  const counts = reader.uint8('IRC');
  const recordCount = readRecordCount(reader);
  const nonce = reader.uint64('nonce');
  const sourceEid = readEid(reader, 'source EID');
  const itrRlocs = readRecords(reader, (counts & IRC) + 1, readItrRloc);
  const records = readRecords(reader, recordCount, readRequestedPrefix);
  const mapping = flags & M ? readEidRecord(reader) : undefined;
  return {
    type: 'map-request',
    authoritative: (flags & A) !== 0,
    probe: (flags & P) !== 0,
    smr: (flags & S) !== 0,
    pitr: (moreFlags & PITR) !== 0,
    smrInvoked: (moreFlags & SMR_INVOKED) !== 0,
    localXtr: (counts & L) !== 0,
    dontMapReply: (counts & D) !== 0,
    nonce,
    sourceEid,
    itrRlocs,
    records,
    mapping,
  };
}

function readItrRloc(reader: Reader): Address | undefined {
  return readAddress(reader, 'ITR-RLOC');
}

function readRequestedPrefix(reader: Reader): EidPrefix {
  reader.uint8('record'); // Reserved
  return readEidPrefix(reader, reader.uint8('EID mask-len'));
}

/** @throws TypeError unless there are 1 to 32 ITR-RLOCs (9301-5.2-09) and 1 to 255 records */
export function writeMapRequest(writer: Writer, message: MapRequest, type: number): void {
  if (message.itrRlocs.length < 1 || message.itrRlocs.length > MAX_ITR_RLOCS)
    throw new TypeError(`a Map-Request has 1 to ${MAX_ITR_RLOCS} ITR-RLOCs, not ${message.itrRlocs.length}`);
  const { authoritative, mapping, probe, smr } = message;
  const flags = flag(authoritative, A) | flag(mapping !== undefined, M) | flag(probe, P) | flag(smr, S);
  writer.uint8((type << 4) | flags, 'flags');
  writer.uint8(flag(message.pitr, PITR) | flag(message.smrInvoked, SMR_INVOKED), 'flags');
  const irc = message.itrRlocs.length - 1; // 9301-5.3-02
  writer.uint8(flag(message.localXtr, L) | flag(message.dontMapReply, D) | irc, 'IRC');
  writeRecordCount(writer, message.records);
  writer.uint64(message.nonce, 'nonce');
  writeEid(writer, message.sourceEid, 'source EID');
  for (const rloc of message.itrRlocs) writeAddress(writer, rloc, 'ITR-RLOC');
  for (const eid of message.records) {
    writer.uint8(0, 'record');
    writer.uint8(maskLengthOf(eid), 'EID mask-len');
    writeEidPrefix(writer, eid);
  }
  if (mapping) writeEidRecord(writer, mapping, false);
}
