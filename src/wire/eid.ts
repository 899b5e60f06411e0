// SPDX-License-Identifier: Apache-2.0
import type { Eid } from '#addr/index.js';
import { AFI, readAddress, writeAddress } from './afi-address.js';
import { readInstanceId, writeInstanceId } from './lcaf/instance-id.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** An AFI-encoded EID: of instance 0, or in an Instance ID LCAF. Undefined stands for AFI 0, also inside the LCAF. */
export function readEid(reader: Reader, field: string): Eid | undefined {
  if (reader.peekUint16(`${field} AFI`) === AFI.lcaf) return readInstanceId(reader, field);
  const address = readAddress(reader, field);
  return address && { instanceId: 0, address };
}

export function writeEid(writer: Writer, eid: Eid | undefined, field: string): void {
  if (eid === undefined || eid.instanceId === 0) writeAddress(writer, eid?.address, field);
  else writeInstanceId(writer, eid, field);
}
