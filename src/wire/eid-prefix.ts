// SPDX-License-Identifier: Apache-2.0
import { ADDRESS_BITS, type EidPrefix, maskedPrefix } from '#addr/index.js';
import { readEid, writeEid } from './eid.js';
import type { Reader } from './reader.js';
import { checkUint, type Writer } from './writer.js';

/** Reads EID-Prefix-AFI and EID-Prefix. @param maskLength read before, as its place differs between records */
export function readEidPrefix(reader: Reader, maskLength: number): EidPrefix {
  const offset = reader.offset;
  const eid = readEid(reader, 'EID-Prefix');
  if (eid === undefined) reader.fail('EID-Prefix AFI', 'a record without an EID', offset);
  const bits = ADDRESS_BITS[eid.address.family];
  if (maskLength > bits) reader.fail('EID mask-len', `${maskLength} is more than ${bits}`, offset);
  // Routers in the field send the address of a host with the mask length of its prefix, and mask it on receipt. So the
  // prefix is clear.
  return { instanceId: eid.instanceId, prefix: maskedPrefix(eid.address, maskLength) };
}

/** The mask length for its field in the record. @throws TypeError if it is too long */
export function maskLengthOf(eid: EidPrefix): number {
  const { address, length } = eid.prefix;
  if (checkUint(length, 8, 'EID mask-len') <= ADDRESS_BITS[address.family]) return length;
  throw new TypeError(`EID mask-len: ${length} is too long for IPv${address.family}`);
}

export function writeEidPrefix(writer: Writer, eid: EidPrefix): void {
  writeEid(writer, { instanceId: eid.instanceId, address: eid.prefix.address }, 'EID-Prefix');
}
