// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';
import { readAddressOf } from '#wire/afi-address.js';
import { Reader } from '#wire/reader.js';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
export const IPV4_DF = 0x4000;
export const IPV4_MF = 0x2000;
export const IPV4_OFFSET = 0x1fff;

/** The header of an IP packet, of which the rest may be missing, as in what an ICMP error quotes. */
export interface IpHeader {
  readonly family: 4 | 6;
  /** IPv4 options included, IPv6 extension headers not. */
  readonly headerBytes: number;
  /** Header and payload, as the header says. */
  readonly totalBytes: number;
  /** DSCP and ECN. */
  readonly tos: number;
  readonly ttl: number;
  /** Of IPv6 the next header, which may be an extension header. */
  readonly protocol: number;
  /** IPv4 flags and fragment offset; 0 of IPv6. */
  readonly fragment: number;
  readonly source: Address;
  readonly destination: Address;
}

/**
 * Reads the header that `bytes` begins with. The checksum is not looked at.
 * @throws WireError if it is neither IPv4 nor IPv6, or its header is not whole
 */
export function readIpHeader(bytes: Uint8Array): IpHeader {
  const reader: Reader = new Reader('IP packet', bytes);
  const version = reader.peekUint8('version') >> 4;
  if (version === 4) return readIpv4(reader);
  if (version === 6) return readIpv6(reader);
  reader.fail('version', `${version} is neither 4 nor 6`);
}

function readIpv4(reader: Reader): IpHeader {
  const headerBytes = (reader.uint8('header length') & 0x0f) * 4;
  if (headerBytes < IPV4_HEADER_BYTES) reader.fail('header length', `${headerBytes} bytes`, 0);
  const tos = reader.uint8('type of service');
  const totalBytes = reader.uint16('total length');
  if (totalBytes < headerBytes) reader.fail('total length', `${totalBytes} bytes`, 2);
  reader.uint16('identification');
  const fragment = reader.uint16('flags');
  const ttl = reader.uint8('TTL');
  const protocol = reader.uint8('protocol');
  reader.uint16('checksum');
  const source = readAddressOf(reader, 4, 'source');
  const destination = readAddressOf(reader, 4, 'destination');
  reader.skip(headerBytes - IPV4_HEADER_BYTES, 'options');
  return { family: 4, headerBytes, totalBytes, tos, ttl, protocol, fragment, source, destination };
}

function readIpv6(reader: Reader): IpHeader {
  const first = reader.uint32('version');
  const totalBytes = IPV6_HEADER_BYTES + reader.uint16('payload length');
  const protocol = reader.uint8('next header');
  const ttl = reader.uint8('hop limit');
  const source = readAddressOf(reader, 6, 'source');
  const destination = readAddressOf(reader, 6, 'destination');
  const tos = (first >>> 20) & 0xff;
  const headerBytes = IPV6_HEADER_BYTES;
  return { family: 6, headerBytes, totalBytes, tos, ttl, protocol, fragment: 0, source, destination };
}
