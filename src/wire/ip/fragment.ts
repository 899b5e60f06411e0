// SPDX-License-Identifier: Apache-2.0
// Fragments of IPv4 packets (RFC 791 section 3.2).
import { fold, sumWords } from '#wire/checksum.js';
import { IPV4_DF, IPV4_HEADER_BYTES, IPV4_MF, IPV4_OFFSET, readIpHeader } from './header.js';

/** Fragments begin at multiples of it. */
const UNIT_BYTES = 8;
/** Of an option: it goes into every fragment. */
const COPIED = 0x80;
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;

/**
 * The packet in parts of at most `mtu_bytes`; the packet itself if it fits. It may be a fragment already.
 * @param packet IPv4 without DF, whole
 * @throws WireError if it is no whole IPv4 header
 * @throws TypeError if it may not be fragmented, or the MTU has no room for a header and 8 bytes
 */
export function fragmentIpv4(packet: Uint8Array, mtu_bytes: number): Uint8Array[] {
  const { family, headerBytes, totalBytes, fragment } = readIpHeader(packet);
  if (family !== 4 || (fragment & IPV4_DF) !== 0) throw new TypeError('not to be fragmented');
  if (totalBytes > packet.length) throw new TypeError('a packet that is not whole');
  if (totalBytes <= mtu_bytes) return [packet.subarray(0, totalBytes)];
  if (mtu_bytes < headerBytes + UNIT_BYTES) throw new TypeError(`an MTU of ${mtu_bytes} bytes`);
  const later = headerOfLater(packet.subarray(0, headerBytes));
  const payload = packet.subarray(headerBytes, totalBytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < payload.length;) {
    const header = at === 0 ? packet.subarray(0, headerBytes) : later;
    const room = mtu_bytes - header.length;
    const rest = payload.length - at;
    const length = rest <= room ? rest : room - (room % UNIT_BYTES);
    const isLast = length === rest;
    const offset = (fragment & IPV4_OFFSET) + at / UNIT_BYTES;
    parts.push(
      part(header, payload.subarray(at, at + length), offset, !isLast || (fragment & IPV4_MF) !== 0),
    );
    at += length;
  }
  return parts;
}

function part(header: Uint8Array, payload: Uint8Array, offset: number, more: boolean): Uint8Array {
  const out = new Uint8Array(header.length + payload.length);
  out.set(header);
  out.set(payload, header.length);
  const view = new DataView(out.buffer);
  view.setUint16(2, out.length);
  view.setUint16(6, offset | (more ? IPV4_MF : 0));
  view.setUint16(10, 0);
  view.setUint16(10, fold(sumWords(out, 0, 0, header.length)));
  return out;
}

/** The first has all options, the others those that are to be copied. */
function headerOfLater(header: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = IPV4_HEADER_BYTES; at < header.length;) {
    const type = header[at] ?? END_OF_OPTIONS;
    if (type === END_OF_OPTIONS) break;
    const length = type === NO_OPERATION ? 1 : (header[at + 1] ?? 0);
    if (length < 1 || (type !== NO_OPERATION && length < 2) || at + length > header.length) break; // broken: none of it
    if ((type & COPIED) !== 0) kept.push(...header.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(END_OF_OPTIONS);
  const out = new Uint8Array(IPV4_HEADER_BYTES + kept.length);
  out.set(header.subarray(0, IPV4_HEADER_BYTES));
  out.set(kept, IPV4_HEADER_BYTES);
  out[0] = 0x40 | (out.length / 4);
  return out;
}
