// SPDX-License-Identifier: Apache-2.0
import type { XtrIdentity } from './messages.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** xTR-ID and Site-ID at the end of a message, in bytes (RFC 9301 section 5.6). */
export const IDENTITY_LENGTH = 24;

export function readIdentity(reader: Reader): XtrIdentity {
  return { xtrId: reader.uint128('xTR-ID'), siteId: reader.uint64('Site-ID') };
}

export function writeIdentity(writer: Writer, identity: XtrIdentity): void {
  writer.uint128(identity.xtrId, 'xTR-ID');
  writer.uint64(identity.siteId, 'Site-ID');
}
