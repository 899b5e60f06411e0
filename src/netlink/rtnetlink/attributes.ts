// SPDX-License-Identifier: Apache-2.0
// Netlink headers and attributes (linux/netlink.h: struct nlattr). Integers are in host byte order.
import { endianness } from 'node:os';
import { type Address, addressFromBytes } from '#addr/index.js';
import { AF_INET, AF_INET6, NLA_TYPE_MASK } from './constants.js';

/** Whether the host is little-endian: the last argument of the DataView methods. */
export const LITTLE_ENDIAN = endianness() === 'LE';

/** A message of the kernel is truncated, or an attribute has a wrong size. */
export class RtnetlinkFormatError extends Error {
  override readonly name = 'RtnetlinkFormatError';
  readonly code = 'ERR_RTNETLINK_FORMAT';
}

export type Attributes = ReadonlyMap<number, Uint8Array>;

/** The fixed header of `length` bytes that every rtnetlink message starts with. @throws RtnetlinkFormatError */
export function headerView(what: string, bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length)
    throw new RtnetlinkFormatError(`${what} has ${bytes.length} bytes, its header alone has ${length}`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The attributes from `offset` on; if one is repeated, the last. @throws RtnetlinkFormatError */
export function parseAttributes(bytes: Uint8Array, offset = 0): Attributes {
  const attributes = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = offset;
  while (at < bytes.length) {
    if (bytes.length - at < 4)
      throw new RtnetlinkFormatError(`attribute at offset ${at} is cut off after ${bytes.length - at} bytes`);
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < 4 || at + length > bytes.length)
      throw new RtnetlinkFormatError(
        `attribute at offset ${at} says ${length} bytes, ${bytes.length - at} are left`,
      );
    attributes.set(
      view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK,
      bytes.subarray(at + 4, at + length),
    );
    at += aligned(length);
  }
  return attributes;
}

export function encodeAttributes(
  attributes: readonly (readonly [type: number, value: Uint8Array])[],
): Uint8Array {
  const bytes = new Uint8Array(attributes.reduce((sum, [, value]) => sum + aligned(4 + value.length), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [type, value] of attributes) {
    view.setUint16(at, 4 + value.length, LITTLE_ENDIAN);
    view.setUint16(at + 2, type, LITTLE_ENDIAN);
    bytes.set(value, at + 4);
    at += aligned(4 + value.length);
  }
  return bytes;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

export function encodeU32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, LITTLE_ENDIAN);
  return bytes;
}

/** @throws RtnetlinkFormatError */
export function u16Attribute(attributes: Attributes, type: number): number | undefined {
  return attributeView(attributes, type, 2)?.getUint16(0, LITTLE_ENDIAN);
}

/** @throws RtnetlinkFormatError */
export function u32Attribute(attributes: Attributes, type: number): number | undefined {
  return attributeView(attributes, type, 4)?.getUint32(0, LITTLE_ENDIAN);
}

/** @throws RtnetlinkFormatError */
export function u64Attribute(attributes: Attributes, type: number): bigint | undefined {
  return attributeView(attributes, type, 8)?.getBigUint64(0, LITTLE_ENDIAN);
}

function attributeView(attributes: Attributes, type: number, length: number): DataView | undefined {
  const value = attributes.get(type);
  if (value === undefined) return undefined;
  if (value.length !== length)
    throw new RtnetlinkFormatError(`attribute ${type} has ${value.length} bytes, not ${length}`);
  return new DataView(value.buffer, value.byteOffset, length);
}

/** A string without its terminating zero. */
export function stringAttribute(attributes: Attributes, type: number): string | undefined {
  const value = attributes.get(type);
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}

/** @throws RtnetlinkFormatError if the size does not match the family */
export function addressAttribute(attributes: Attributes, type: number, family: number): Address | undefined {
  const value = attributes.get(type);
  return value === undefined ? undefined : parseRtAddress(value, family);
}

/** @throws RtnetlinkFormatError if the size does not match the family */
export function parseRtAddress(bytes: Uint8Array, family: number): Address {
  const length = family === AF_INET ? 4 : family === AF_INET6 ? 16 : undefined;
  if (bytes.length !== length)
    throw new RtnetlinkFormatError(`an address of family ${family} does not have ${bytes.length} bytes`);
  return addressFromBytes(bytes);
}

export function addressFamily(address: Address): number {
  return address.family === 4 ? AF_INET : AF_INET6;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
