// SPDX-License-Identifier: Apache-2.0
// UDP datagrams with their IP headers, for tests of sockets and programs.
import { addressBytes, parseAddress } from '#addr/index.js';

const UDP = 17;

function onesComplementSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** An IPv4 packet without options. The UDP checksum is 0, which IPv4 allows. */
export function ipv4Udp(from: string, to: string, port: number, payload: Uint8Array, ttl = 64): Uint8Array {
  const addresses = concat(addressBytes(parseAddress(from)), addressBytes(parseAddress(to)));
  const length = 28 + payload.length;
  const start = concat(Uint8Array.of(0x45, 0), u16(length, 1, 0), Uint8Array.of(ttl, UDP));
  const checksum = 0xffff ^ onesComplementSum(concat(start, addresses));
  return concat(start, u16(checksum), addresses, u16(port, port, 8 + payload.length, 0), payload);
}

/** An IPv6 packet with its UDP checksum, which IPv6 requires. */
export function ipv6Udp(from: string, to: string, port: number, payload: Uint8Array, ttl = 64): Uint8Array {
  const addresses = concat(addressBytes(parseAddress(from)), addressBytes(parseAddress(to)));
  const length = 8 + payload.length;
  const udp = u16(port, port, length);
  const checksum =
    0xffff ^ onesComplementSum(concat(addresses, u16(0, length, 0, UDP), udp, u16(0), payload));
  const header = concat(Uint8Array.of(0x60, 0, 0, 0), u16(length), Uint8Array.of(UDP, ttl));
  return concat(header, addresses, udp, u16(checksum), payload);
}

const ETHERTYPES = new Map([
  [4, 0x0800],
  [6, 0x86dd],
]);

/** A frame around an IP packet, MAC addresses zero. */
export function ethernet(packet: Uint8Array, padding = 0, type?: number): Uint8Array {
  const ethertype = type ?? ETHERTYPES.get((packet[0] ?? 0) >> 4) ?? 0;
  return concat(new Uint8Array(12), u16(ethertype), packet, new Uint8Array(padding));
}
