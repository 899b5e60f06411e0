// SPDX-License-Identifier: Apache-2.0
import { readEcmSecurity } from './ecm-security.js';
import { readInnerPacket, writeInnerPacket } from './inner-ip.js';
import type { EncapsulatedControl } from './messages.js';
import { Reader } from './reader.js';
import { flag, type Writer } from './writer.js';

const S = 0x08;
const D = 0x04;

/**
 * Encapsulated Control Message (RFC 9301 section 5.8). This is the payload of the outer UDP.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Type=8 |S|D|R|R|            Reserved                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    AD Type    |       Authentication Data Content . . .       |  with S
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   / |                       IPv4 or IPv6 Header                     |
 * IH  |                  (uses RLOC or EID addresses)                 |
 *   \ |                                                               |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   / |       Source Port = xxxx      |       Dest Port = yyyy        |
 * UDP +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   \ |           UDP Length          |        UDP Checksum           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * LCM |                      LISP Control Message                     |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function readEncapsulatedControl(reader: Reader): EncapsulatedControl {
  const flags = reader.uint8('flags');
  reader.skip(3, 'reserved');
  const security = flags & S ? readEcmSecurity(reader) : undefined;
  const { innerSource, innerDestination, innerSourcePort, innerDestinationPort, payload } =
    readInnerPacket(reader);
  return {
    type: 'encapsulated-control',
    security,
    ddt: (flags & D) !== 0,
    innerSource,
    innerDestination,
    innerSourcePort,
    innerDestinationPort,
    payload,
  };
}

/** @throws TypeError if the LISP-SEC data would not end where the inner header starts */
export function writeEncapsulatedControl(writer: Writer, message: EncapsulatedControl, type: number): void {
  const { security, ddt } = message;
  writer.uint8((type << 4) | flag(security !== undefined, S) | flag(ddt, D), 'flags');
  writer.uint8(0, 'reserved');
  writer.uint16(0, 'reserved');
  if (security !== undefined) {
    checkSecurity(security);
    writer.put(security);
  }
  writeInnerPacket(writer, message);
}

function checkSecurity(security: Uint8Array): void {
  try {
    const reader = new Reader('encapsulated-control', security);
    readEcmSecurity(reader);
    reader.finish('LISP-SEC authentication data');
  } catch (cause) {
    throw new TypeError('this is not the LISP-SEC authentication data of an ECM', { cause });
  }
}
