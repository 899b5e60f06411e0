// SPDX-License-Identifier: Apache-2.0
// AFI-encoded addresses (RFC 9301 section 5.1, RFC 8060 section 3). A message with an AFI or LCAF type that is not
// known here is dropped as a whole (9301-5.1-01): the meaning of an unknown address, and often its end, are unknown.
import type { Address } from '#addr/index.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** The part of the registry 'Address Family Numbers' that is used here. */
export const AFI = { none: 0, ipv4: 1, ipv6: 2, lcaf: 16387 } as const;

/** AFI and address, but no LCAF. Undefined is AFI 0. */
export function readAddress(reader: Reader, field: string): Address | undefined {
  const offset = reader.offset;
  const afi = reader.uint16(`${field} AFI`);
  if (afi === AFI.none) return undefined;
  if (afi === AFI.ipv4) return readAddressOf(reader, 4, field);
  if (afi === AFI.ipv6) return readAddressOf(reader, 6, field);
  if (afi === AFI.lcaf) reader.fail(`${field} AFI`, 'an LCAF is not supported here', offset);
  reader.fail(`${field} AFI`, `AFI ${afi} is not supported`, offset);
}

export function writeAddress(writer: Writer, address: Address | undefined, field: string): void {
  if (address === undefined) return writer.uint16(AFI.none, field);
  writer.uint16(address.family === 4 ? AFI.ipv4 : AFI.ipv6, field);
  writeBareAddress(writer, address, field);
}

/** The 4 or 16 bytes of an address, without AFI. */
export function readAddressOf(reader: Reader, family: 4 | 6, field: string): Address {
  if (family === 4) return { family, bits: BigInt(reader.uint32(field)) };
  return { family, bits: reader.uint128(field) };
}

/** The reverse of readAddressOf. */
export function writeBareAddress(writer: Writer, { family, bits }: Address, field: string): void {
  if (family === 4) writer.uint32(Number(bits), field);
  else writer.uint128(bits, field);
}
