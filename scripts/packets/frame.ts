// SPDX-License-Identifier: Apache-2.0
import { addressBytes, parseAddress } from '#addr/index.js';

export const PLAIN_PORT = 9;
const LISP_DATA_PORT = 4341;
const UDP = 17;
const TTL = 64;
/** A frame of 64 bytes has 60 before its checksum: so much is left for the IP packet, if its headers fit. */
const SMALLEST_IP_BYTES = 46;
const ETHERNET_BYTES = 14;

/** IPv4 or IPv6 packet of a host, on its own or in a LISP data packet over IPv4 or IPv6. */
export interface Shape {
  readonly eid: 4 | 6;
  readonly rloc?: 4 | 6;
}

/** As the programs of bpf/bench are called. */
export function shapeName({ eid, rloc }: Shape): string {
  return rloc === undefined ? `v${eid}` : `v${eid}_in_v${rloc}`;
}

export interface FrameFields {
  readonly shape: Shape;
  readonly toMac: Uint8Array;
  readonly fromMac: Uint8Array;
  readonly sourceEid: string;
  /** Of a packet on its own, without the checksum of the Ethernet; the smallest when left out. */
  readonly frameBytes?: number;
  /** Both for LISP data packets. */
  readonly sourceRloc?: string;
  readonly destinationRloc?: string;
}

/** Sum of the 16-bit words, not folded. */
export function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

/** The Internet checksum of a sum of words (RFC 1071). */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

function bytesOf(address: string): Uint8Array {
  return addressBytes(parseAddress(address));
}

/** An IPv4 header with its checksum, or an IPv6 header. Without destination: zeros, for the flows to fill in. */
function ip(source: Uint8Array, destination: Uint8Array | undefined, payload: number): Buffer {
  const v4 = source.length === 4;
  const header = Buffer.alloc(v4 ? 20 : 40);
  header.writeUInt8(v4 ? 0x45 : 0x60, 0);
  header.writeUInt16BE(v4 ? 20 + payload : payload, v4 ? 2 : 4);
  header.writeUInt8(UDP, v4 ? 9 : 6);
  header.writeUInt8(TTL, v4 ? 8 : 7);
  header.set(source, v4 ? 12 : 8);
  if (destination) header.set(destination, v4 ? 16 : 24);
  if (v4) header.writeUInt16BE(foldChecksum(wordSum(header)), 10);
  return header;
}

function udp(port: number, payload: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + payload, 4);
  return header;
}

/** UDP in IP between EIDs, to no destination. */
function innerPacket({ sourceEid, frameBytes }: FrameFields): Buffer {
  const source = bytesOf(sourceEid);
  const header = source.length === 4 ? 20 : 40;
  const ipBytes = frameBytes === undefined ? SMALLEST_IP_BYTES : frameBytes - ETHERNET_BYTES;
  const payload = Math.max(0, ipBytes - header - 8);
  return Buffer.concat([ip(source, undefined, 8 + payload), udp(PLAIN_PORT, payload), Buffer.alloc(payload)]);
}

/** As it is on an Ethernet. */
export function buildFrame(fields: FrameFields): Uint8Array {
  const { shape, toMac, fromMac, sourceRloc = '', destinationRloc = '' } = fields;
  const type = Buffer.from((shape.rloc ?? shape.eid) === 4 ? [0x08, 0x00] : [0x86, 0xdd]);
  const inner = innerPacket(fields);
  if (shape.rloc === undefined) return Buffer.concat([toMac, fromMac, type, inner]);
  const lisp = Buffer.alloc(8);
  const tunnel = [udp(LISP_DATA_PORT, lisp.length + inner.length), lisp, inner];
  const outer = ip(bytesOf(sourceRloc), bytesOf(destinationRloc), Buffer.concat(tunnel).length);
  return Buffer.concat([toMac, fromMac, type, outer, ...tunnel]);
}

/** Where the inner IP header begins. */
export function innerOffset({ rloc }: Shape): number {
  const overhead = { none: 0, 4: 20 + 8 + 8, 6: 40 + 8 + 8 };
  return ETHERNET_BYTES + overhead[rloc ?? 'none'];
}
