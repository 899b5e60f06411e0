// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 or IPv6 address as a value: an RLOC, or the address part of an EID. Immutable; compare with sameAddress. */
export interface Address {
  readonly family: 4 | 6;
  /** The address as an unsigned number: 32 bits for IPv4, 128 for IPv6. */
  readonly bits: bigint;
}

export const ADDRESS_BITS = { 4: 32, 6: 128 } as const;

/** Text that is not an address, prefix or EID; `message` quotes the text and tells what is wrong with it. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
  readonly code = 'ERR_ADDRESS';
}

/** Parses '1.1.1.1' or '2001:db8::1'. No zone index, no leading zeros in IPv4. @throws AddressError */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) return { family: 4, bits: parseIpv4(text) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, bits: parseIpv6(text) };
  throw new AddressError(`'${text}' is not an IPv4 or IPv6 address`);
}

function parseIpv4(text: string): bigint {
  return BigInt(text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0));
}

function parseIpv6(text: string): bigint {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted) {
    const [, head = '', a, b, c, d] = dotted;
    const group = (high: unknown, low: unknown): string => ((Number(high) << 8) | Number(low)).toString(16);
    return parseIpv6(`${head}${group(a, b)}:${group(c, d)}`);
  }
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros: string[] = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** Canonical text: dotted quad, or RFC 5952 for IPv6. */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(address.bits) : formatIpv6(address.bits);
}

function formatIpv4(bits: bigint): string {
  const n = Number(bits);
  return `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}

function formatIpv6(bits: bigint): string {
  if (bits >> 32n === 0xffffn) return `::ffff:${formatIpv4(bits & 0xffff_ffffn)}`; // RFC 5952 section 5
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn));
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':'); // RFC 5952 4.2.2: never shorten a single group
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  });
  return best;
}

/** Network byte order: 4 or 16 bytes. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BITS[address.family] / 8);
  const view = new DataView(bytes.buffer);
  if (address.family === 4) {
    view.setUint32(0, Number(address.bits));
  } else {
    view.setBigUint64(0, address.bits >> 64n);
    view.setBigUint64(8, address.bits & 0xffff_ffff_ffff_ffffn);
  }
  return bytes;
}

/** The reverse of addressBytes. @throws AddressError unless there are 4 or 16 bytes */
export function addressFromBytes(bytes: Uint8Array): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return { family: 4, bits: BigInt(view.getUint32(0)) };
  if (bytes.length === 16) return { family: 6, bits: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) };
  throw new AddressError(`an address has 4 or 16 bytes, not ${bytes.length}`);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.bits === b.bits && a.family === b.family;
}

/** Ascending, IPv4 before IPv6: the order of locators in a record (RFC 9301 section 5.5). */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0;
}
