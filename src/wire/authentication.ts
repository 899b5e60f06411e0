// SPDX-License-Identifier: Apache-2.0
// Authentication data of Map-Register, Map-Notify and Map-Notify-Ack (RFC 9301 sections 5.6 and 12.5).
//
// What the MAC covers: section 5.6 says up to the end of the last RLOC-record, and also 'the entire Map-Register
// message'. Other implementations compute it over the whole UDP payload, xTR-ID and Site-ID included, with the
// authentication data zeroed. So does this one, because an attacker could replace an xTR-ID that is not covered.
// All captures of test/wire/captures verify in this way, though none of them has an xTR-ID.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuthenticatedMessage, Authentication } from './messages.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** Registry of RFC 9301 section 12.5. */
export const ALGORITHM_ID = { none: 0, 'hmac-sha-1-96': 1, 'hmac-sha-256-128': 2 } as const;

interface Mac {
  readonly hash: string;
  /**
   * Bytes as sent: the whole output. Other implementations send it too, although the names of the algorithms say
   * otherwise.
   */
  readonly length: number;
  /** Bytes of the output as RFC 2404 and RFC 4868 truncate it. Accepted, never sent. */
  readonly truncated: number;
}

const MACS: ReadonlyMap<number, Mac> = new Map([
  [ALGORITHM_ID['hmac-sha-1-96'], { hash: 'sha1', length: 20, truncated: 12 }],
  [ALGORITHM_ID['hmac-sha-256-128'], { hash: 'sha256', length: 32, truncated: 16 }],
]);

/** Offset of the authentication data in the message: first word, nonce, key ID, algorithm ID and length precede it. */
const DATA_OFFSET = 16;

/** Key ID and algorithm ID read a 16-bit key ID of RFC 6830 as key 0 with the algorithm of that number. */
export function readAuthentication(reader: Reader): Authentication {
  const keyId = reader.uint8('key ID');
  const algorithmId = reader.uint8('algorithm ID');
  const data = reader.take(reader.uint16('authentication data length'), 'authentication data');
  return { keyId, algorithmId, data };
}

/** @param signed whether to write zeros in the length of the algorithm, for `sign` to fill in */
export function writeAuthentication(writer: Writer, authentication: Authentication, signed: boolean): void {
  const { keyId, algorithmId, data } = authentication;
  const written = signed ? new Uint8Array(macOf(algorithmId).length) : data;
  writer.uint8(keyId, 'key ID');
  writer.uint8(algorithmId, 'algorithm ID');
  writer.uint16(written.length, 'authentication data length');
  writer.put(written);
}

/** Fills in the authentication data of a message that has zeros there. */
export function sign(bytes: Uint8Array, algorithmId: number, key: Uint8Array): void {
  if (key.length === 0) throw new TypeError('an empty key signs nothing');
  bytes.set(digestOf(macOf(algorithmId), key, bytes), DATA_OFFSET);
}

/** Through a string: a digest as a buffer allocates memory of its own, which takes half as long again. */
function digestOf({ hash }: Mac, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return Buffer.from(createHmac(hash, key).update(bytes).digest('binary'), 'binary');
}

function macOf(algorithmId: number): Mac {
  const mac = MACS.get(algorithmId);
  if (mac === undefined) throw new TypeError(`algorithm ID ${algorithmId} cannot sign`);
  return mac;
}

/**
 * Whether the authentication data of a message, as received, is right for this secret; constant-time. False for
 * algorithms other than 1 and 2, for data of any other length than whole or truncated, and for an empty secret.
 */
export function verifyAuthentication(
  bytes: Uint8Array,
  message: AuthenticatedMessage,
  secret: Uint8Array,
): boolean {
  const { algorithmId, data } = message.authentication;
  const mac = MACS.get(algorithmId);
  if (mac === undefined || secret.length === 0) return false;
  if (data.length !== mac.length && data.length !== mac.truncated) return false;
  const zeroed = Buffer.from(bytes).fill(0, DATA_OFFSET, DATA_OFFSET + data.length);
  const digest = digestOf(mac, secret, zeroed);
  return timingSafeEqual(digest.subarray(0, data.length), data);
}
