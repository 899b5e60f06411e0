// SPDX-License-Identifier: Apache-2.0
// The inner IP and UDP headers of an Encapsulated Control Message (RFC 9301 section 5.8).
import type { Address } from '#addr/index.js';
import { readAddressOf, writeBareAddress } from './afi-address.js';
import { fold, sumAddress, sumWords } from './checksum.js';
import { DATA_PORT, type EncapsulatedControl } from './messages.js';
import type { Reader } from './reader.js';
import { checkUint, type Writer } from './writer.js';

export type InnerPacket = Omit<EncapsulatedControl, 'type' | 'security' | 'ddt'>;

const PROTOCOL_UDP = 17;
const UDP_HEADER_LENGTH = 8;
const IPV4_HEADER_LENGTH = 20;
const IPV6_HEADER_LENGTH = 40;
/** More Fragments and Fragment Offset. */
const FRAGMENT = 0x3fff;
/** Internetwork control, as routers in the field mark it. */
const TOS = 0xc0;
const HOP_LIMIT = 255;

/** Reads all that is left. The packet must fill it, since the payload of the outer UDP has no padding. */
export function readInnerPacket(reader: Reader): InnerPacket {
  const version = reader.peekUint8('inner IP version') >> 4;
  if (version === 4) return readIpv4(reader);
  if (version === 6) return readIpv6(reader);
  reader.fail('inner IP version', `${version} is neither 4 nor 6`);
}

function readIpv4(reader: Reader): InnerPacket {
  const start = reader.offset;
  const headerLength = (reader.peekUint8('inner IPv4 header') & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH)
    reader.fail('inner IPv4 header length', `${headerLength} bytes are less than ${IPV4_HEADER_LENGTH}`);
  if (fold(reader.peekSum(headerLength, 'inner IPv4 header')) !== 0)
    reader.fail('inner IPv4 checksum', 'is wrong', start + 10);
  reader.uint16('inner IPv4 header'); // version, header length and TOS
  const length = reader.uint16('inner IPv4 total length');
  reader.uint16('inner IPv4 identification');
  const fragment = reader.uint16('inner IPv4 flags');
  reader.uint8('inner IPv4 TTL');
  const protocol = reader.uint8('inner IPv4 protocol');
  reader.uint16('inner IPv4 checksum');
  const source = readAddressOf(reader, 4, 'inner IPv4 source');
  const destination = readAddressOf(reader, 4, 'inner IPv4 destination');
  reader.skip(headerLength - IPV4_HEADER_LENGTH, 'inner IPv4 options');
  checkLength(reader, 'inner IPv4 total length', length - headerLength, start + 2);
  if ((fragment & FRAGMENT) !== 0) reader.fail('inner IPv4 flags', 'a fragment', start + 6);
  checkProtocol(reader, 'inner IPv4 protocol', protocol, start + 9);
  return readUdp(reader, source, destination);
}

function readIpv6(reader: Reader): InnerPacket {
  const start = reader.offset;
  reader.peekSum(IPV6_HEADER_LENGTH, 'inner IPv6 header'); // checks that the whole header is there
  reader.uint32('inner IPv6 header');
  const length = reader.uint16('inner IPv6 payload length');
  const protocol = reader.uint8('inner IPv6 next header');
  reader.uint8('inner IPv6 hop limit');
  const source = readAddressOf(reader, 6, 'inner IPv6 source');
  const destination = readAddressOf(reader, 6, 'inner IPv6 destination');
  checkLength(reader, 'inner IPv6 payload length', length, start + 4);
  checkProtocol(reader, 'inner IPv6 next header', protocol, start + 6);
  return readUdp(reader, source, destination);
}

function checkLength(reader: Reader, field: string, length: number, offset: number): void {
  if (length !== reader.remaining)
    reader.fail(field, `${length} bytes claimed, ${reader.remaining} left`, offset);
}

function checkProtocol(reader: Reader, field: string, protocol: number, offset: number): void {
  if (protocol !== PROTOCOL_UDP) reader.fail(field, `${protocol} is not UDP`, offset);
}

function readUdp(reader: Reader, source: Address, destination: Address): InnerPacket {
  const start = reader.offset;
  const there = reader.remaining;
  const pseudo = pseudoHeaderSum(source, destination, there);
  const sum = reader.peekSum(Math.max(there, UDP_HEADER_LENGTH), 'inner UDP header', pseudo);
  const innerSourcePort = reader.uint16('inner UDP port');
  const innerDestinationPort = reader.uint16('inner UDP port');
  const length = reader.uint16('inner UDP length');
  if (length !== there) reader.fail('inner UDP length', `${length} bytes claimed, ${there} there`, start + 4);
  const checksum = reader.uint16('inner UDP checksum');
  // 9301-5.8-05 binds the sender. UDP over IPv4 allows no checksum, and the outer checksum covers these bytes too.
  const absent = checksum === 0 && source.family === 4;
  if (!absent && (checksum === 0 || fold(sum) !== 0))
    reader.fail('inner UDP checksum', 'is wrong', start + 6);
  if (innerSourcePort === DATA_PORT || innerDestinationPort === DATA_PORT)
    reader.fail('inner UDP port', `${DATA_PORT} is not for control messages`, start); // 9301-5.8-04
  const payload = reader.take(reader.remaining, 'inner UDP payload');
  return {
    innerSource: source,
    innerDestination: destination,
    innerSourcePort,
    innerDestinationPort,
    payload,
  };
}

function pseudoHeaderSum(source: Address, destination: Address, length: number): number {
  return sumAddress(source, sumAddress(destination)) + PROTOCOL_UDP + length;
}

/** @throws TypeError if the addresses are of different families, or a port is 4341 */
export function writeInnerPacket(writer: Writer, packet: InnerPacket): void {
  const { innerSource, innerDestination, innerSourcePort, innerDestinationPort } = packet;
  if (innerSource.family !== innerDestination.family)
    throw new TypeError('the inner addresses of an ECM are of different families');
  if (innerSourcePort === DATA_PORT || innerDestinationPort === DATA_PORT)
    throw new TypeError(`the inner ports of an ECM are not ${DATA_PORT}`);
  const length = UDP_HEADER_LENGTH + packet.payload.length;
  if (innerSource.family === 4) writeIpv4(writer, packet, length);
  else writeIpv6(writer, packet, length);
  const datagram = new Uint8Array(length);
  const view = new DataView(datagram.buffer);
  view.setUint16(0, checkUint(innerSourcePort, 16, 'inner UDP port'));
  view.setUint16(2, checkUint(innerDestinationPort, 16, 'inner UDP port'));
  view.setUint16(4, length);
  datagram.set(packet.payload, UDP_HEADER_LENGTH);
  const pseudo = pseudoHeaderSum(innerSource, innerDestination, length);
  view.setUint16(6, fold(sumWords(datagram, pseudo)) || 0xffff);
  writer.put(datagram);
}

/** Identification 0, since the packet is never sent on its own. */
function writeIpv4(writer: Writer, packet: InnerPacket, payloadLength: number): void {
  const header = new Uint8Array(IPV4_HEADER_LENGTH);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x45);
  view.setUint8(1, TOS);
  view.setUint16(2, IPV4_HEADER_LENGTH + payloadLength);
  view.setUint8(8, HOP_LIMIT);
  view.setUint8(9, PROTOCOL_UDP);
  view.setUint32(12, Number(packet.innerSource.bits));
  view.setUint32(16, Number(packet.innerDestination.bits));
  view.setUint16(10, fold(sumWords(header)));
  writer.put(header);
}

function writeIpv6(writer: Writer, packet: InnerPacket, payloadLength: number): void {
  writer.uint32((0x6000_0000 | (TOS << 20)) >>> 0, 'inner IPv6 header'); // flow label 0
  writer.uint16(payloadLength, 'inner IPv6 payload length');
  writer.uint8(PROTOCOL_UDP, 'inner IPv6 next header');
  writer.uint8(HOP_LIMIT, 'inner IPv6 hop limit');
  writeBareAddress(writer, packet.innerSource, 'inner IPv6 source');
  writeBareAddress(writer, packet.innerDestination, 'inner IPv6 destination');
}
