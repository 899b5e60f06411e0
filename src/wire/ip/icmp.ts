// SPDX-License-Identifier: Apache-2.0
// ICMP errors (RFC 792, RFC 1191, RFC 4443): those that a router sends about a packet, and those that it gets.
import { type Address, addressBytes, isRoutableUnicast } from '#addr/index.js';
import { fold, sumAddress, sumWords } from '#wire/checksum.js';
import { Reader } from '#wire/reader.js';
import { WireError } from '#wire/wire-error.js';
import {
  type IpHeader,
  IPV4_DF,
  IPV4_HEADER_BYTES,
  IPV4_OFFSET,
  IPV6_HEADER_BYTES,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  readIpHeader,
} from './header.js';

/** Why a packet does not go on. */
export type IcmpProblem =
  /** Fragmentation Needed, Packet Too Big. `mtu_bytes`: the largest packet that fits. */
  | { readonly type: 'too-big'; readonly mtu_bytes: number }
  /** Time Exceeded in transit. */
  | { readonly type: 'ttl-expired' }
  /** Destination Unreachable; the code is that of the family. */
  | { readonly type: 'unreachable'; readonly code: number };

/** An error that somebody sent. */
export interface IcmpError {
  readonly from: Address;
  readonly to: Address;
  readonly problem: IcmpProblem;
  /** The packet that it is about, from its IP header on, cut off somewhere. */
  readonly quote: Uint8Array;
}

/** As much of the packet as fits into an error of this length (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4 c). */
const MOST_BYTES = { 4: 576, 6: 1280 } as const;
const ICMP_HEADER_BYTES = 8;
/** Internetwork control (RFC 1812 section 4.3.2.5). */
const TOS = 0xc0;
const TTL = 64;

const V4_UNREACHABLE = 3;
const V4_FRAGMENTATION_NEEDED = 4;
const V4_TIME_EXCEEDED = 11;
const V6_UNREACHABLE = 1;
const V6_TOO_BIG = 2;
const V6_TIME_EXCEEDED = 3;
/** ICMPv4 types about which no error is sent (RFC 1122 section 3.2.2): errors and Redirect. */
const V4_ERRORS = new Set([3, 4, 5, 11, 12]);
const V6_REDIRECT = 137;

/**
 * The error about a packet, as an IP packet of TTL 64 to its source.
 * @param from of the family of the packet
 * @returns undefined where no error may be sent: about an error, a later fragment, or what is not for one host from one
 *   (RFC 1122 section 3.2.2, RFC 4443 section 2.4 e)
 * @throws WireError if the packet has no whole IP header
 */
export function icmpErrorAbout(
  packet: Uint8Array,
  from: Address,
  problem: IcmpProblem,
): Uint8Array | undefined {
  const header = readIpHeader(packet);
  if (!mayBeAnswered(header, packet)) return undefined;
  return header.family === 4
    ? errorV4(packet, header, from, problem)
    : errorV6(packet, header, from, problem);
}

function mayBeAnswered(header: IpHeader, packet: Uint8Array): boolean {
  const { family, headerBytes, protocol, fragment, source, destination } = header;
  if (!isRoutableUnicast(source) || !isRoutableUnicast(destination)) return false;
  const type = packet[headerBytes];
  if (family === 4) {
    if ((fragment & IPV4_OFFSET) !== 0) return false;
    return protocol !== PROTOCOL_ICMP || (type !== undefined && !V4_ERRORS.has(type));
  }
  return protocol !== PROTOCOL_ICMPV6 || (type !== undefined && type >= 128 && type !== V6_REDIRECT);
}

function messageOf(type: number, code: number, rest: number, packet: Uint8Array, room: number): Uint8Array {
  const quote = packet.subarray(0, room - ICMP_HEADER_BYTES);
  const message = new Uint8Array(ICMP_HEADER_BYTES + quote.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, type);
  view.setUint8(1, code);
  view.setUint32(4, rest);
  message.set(quote, ICMP_HEADER_BYTES);
  return message;
}

function errorV4(packet: Uint8Array, { source }: IpHeader, from: Address, problem: IcmpProblem): Uint8Array {
  const [type, code, rest] = {
    'too-big': [V4_UNREACHABLE, V4_FRAGMENTATION_NEEDED, problem.type === 'too-big' ? problem.mtu_bytes : 0],
    'ttl-expired': [V4_TIME_EXCEEDED, 0, 0],
    unreachable: [V4_UNREACHABLE, problem.type === 'unreachable' ? problem.code : 0, 0],
  }[problem.type] as [number, number, number];
  const message = messageOf(type, code, Math.min(rest, 0xffff), packet, MOST_BYTES[4] - IPV4_HEADER_BYTES);
  const messageView = new DataView(message.buffer);
  messageView.setUint16(2, fold(sumWords(message)));
  const out = new Uint8Array(IPV4_HEADER_BYTES + message.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, 0x45);
  view.setUint8(1, TOS);
  view.setUint16(2, out.length);
  view.setUint16(6, IPV4_DF);
  view.setUint8(8, TTL);
  view.setUint8(9, PROTOCOL_ICMP);
  out.set(addressBytes(from), 12);
  out.set(addressBytes(source), 16);
  view.setUint16(10, fold(sumWords(out, 0, 0, IPV4_HEADER_BYTES)));
  out.set(message, IPV4_HEADER_BYTES);
  return out;
}

function errorV6(packet: Uint8Array, { source }: IpHeader, from: Address, problem: IcmpProblem): Uint8Array {
  const [type, code, rest] = {
    'too-big': [V6_TOO_BIG, 0, problem.type === 'too-big' ? problem.mtu_bytes : 0],
    'ttl-expired': [V6_TIME_EXCEEDED, 0, 0],
    unreachable: [V6_UNREACHABLE, problem.type === 'unreachable' ? problem.code : 0, 0],
  }[problem.type] as [number, number, number];
  const message = messageOf(type, code, rest, packet, MOST_BYTES[6] - IPV6_HEADER_BYTES);
  const pseudo = sumAddress(from, sumAddress(source)) + message.length + PROTOCOL_ICMPV6;
  new DataView(message.buffer).setUint16(2, fold(sumWords(message, pseudo)));
  const out = new Uint8Array(IPV6_HEADER_BYTES + message.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, (0x6000_0000 | (TOS << 20)) >>> 0);
  view.setUint16(4, message.length);
  view.setUint8(6, PROTOCOL_ICMPV6);
  view.setUint8(7, TTL);
  out.set(addressBytes(from), 8);
  out.set(addressBytes(source), 24);
  out.set(message, IPV6_HEADER_BYTES);
  return out;
}

/**
 * Reads an ICMP error, an IP packet without extension headers.
 * @throws WireError, and nothing else, if it is none, is not whole, or its checksum is wrong
 */
export function readIcmpError(packet: Uint8Array): IcmpError {
  const header = readIpHeader(packet);
  const { family, headerBytes, totalBytes, source, destination } = header;
  if (totalBytes > packet.length)
    throw new WireError('ICMP error', 'length', 2, `${totalBytes} bytes claimed, ${packet.length} there`);
  const wanted = family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
  if (header.protocol !== wanted) throw new WireError('ICMP error', 'protocol', 9, `${header.protocol}`);
  const message = packet.subarray(headerBytes, totalBytes);
  const pseudo =
    family === 4 ? 0 : sumAddress(source, sumAddress(destination)) + message.length + PROTOCOL_ICMPV6;
  if (fold(sumWords(message, pseudo)) !== 0) throw new WireError('ICMP error', 'checksum', 2, 'is wrong');
  const reader: Reader = new Reader('ICMP error', message);
  const type = reader.uint8('type');
  const code = reader.uint8('code');
  reader.uint16('checksum');
  const rest = reader.uint32('MTU');
  const problem = family === 4 ? problemV4(type, code, rest) : problemV6(type, code, rest);
  if (problem === undefined) reader.fail('type', `${type} is no error about a packet`, 0);
  return { from: source, to: destination, problem, quote: message.subarray(ICMP_HEADER_BYTES) };
}

function problemV4(type: number, code: number, rest: number): IcmpProblem | undefined {
  if (type === V4_TIME_EXCEEDED) return { type: 'ttl-expired' };
  if (type !== V4_UNREACHABLE) return undefined;
  // the upper half is length and unused (RFC 4884), the lower one 0 of routers older than RFC 1191
  if (code === V4_FRAGMENTATION_NEEDED) return { type: 'too-big', mtu_bytes: rest & 0xffff };
  return { type: 'unreachable', code };
}

function problemV6(type: number, code: number, rest: number): IcmpProblem | undefined {
  if (type === V6_TOO_BIG) return { type: 'too-big', mtu_bytes: rest };
  if (type === V6_TIME_EXCEEDED) return { type: 'ttl-expired' };
  return type === V6_UNREACHABLE ? { type: 'unreachable', code } : undefined;
}
