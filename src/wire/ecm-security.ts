// SPDX-License-Identifier: Apache-2.0
import type { Reader } from './reader.js';

/** One-Time-Key Preamble (8 bytes) and One-Time Key (16 bytes), the only sizes in RFC 9303. */
const OTK_LENGTH = 24;
/** The same with the two lengths and the key ID before them, which some implementations count too. */
const OTK_HEADER_LENGTH = 4;

/**
 * The LISP-SEC authentication data of an ECM (RFC 9303 section 6.1), not decoded except for the lengths that tell where
 * the inner header starts.
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |  ECM AD Type  |   Unassigned  |        Requested HMAC ID      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |              OTK Length       |     Key ID    | OTK Wrap. ID  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                One-Time-Key Preamble (8 bytes)                |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     ~                   One-Time Key (16 bytes)                     ~
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |           EID-AD Length       |           KDF ID              |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     ~      rest of EID-AD, whose length counts from EID-AD Length   ~
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function readEcmSecurity(reader: Reader): Uint8Array {
  const probe = reader.fork();
  probe.uint32('ECM AD type');
  const otkOffset = probe.offset;
  const otkLength = probe.uint16('OTK length');
  // The text of the RFC counts preamble and key, its drawing also their header. The number tells which one is meant.
  if (otkLength !== OTK_LENGTH && otkLength !== OTK_LENGTH + OTK_HEADER_LENGTH)
    probe.fail('OTK length', `${otkLength} is not the length of a wrapped 128-bit key`, otkOffset);
  probe.sub(2 + OTK_LENGTH, 'OTK');
  const eidOffset = probe.offset;
  const eidLength = probe.uint16('EID-AD length');
  if (eidLength < 4) probe.fail('EID-AD length', `${eidLength} is less than 4`, eidOffset);
  probe.sub(eidLength - 2, 'EID-AD');
  return reader.take(probe.offset - reader.offset, 'LISP-SEC authentication data');
}
