// SPDX-License-Identifier: Apache-2.0
import type { ExecutionContext } from 'ava';
import { type ControlMessage, decodeMessage, encodeMessage, WireError } from '#wire/index.js';
import { toHex } from './vectors.js';

/**
 * Checks that a message decodes to the same value, needs its last byte, is encoded to the same bytes again, and can lie
 * anywhere in a buffer.
 * @returns its bytes
 */
export function roundTrip(t: ExecutionContext, message: ControlMessage): Uint8Array {
  const bytes = encodeMessage(message);
  const decoded = decodeMessage(bytes);
  t.deepEqual(decoded, message);
  t.is(toHex(encodeMessage(decoded)), toHex(bytes));
  if (!isOpenEnded(message))
    t.throws(
      () => decodeMessage(bytes.subarray(0, -1)),
      { instanceOf: WireError },
      'the last byte is needed',
    );
  const buffer = Buffer.from([...new Uint8Array(3), ...bytes, ...new Uint8Array(3)]);
  const inBuffer = decodeMessage(buffer.subarray(3, 3 + bytes.length));
  buffer.fill(0xff); // the message must not refer to the buffer of the socket
  t.deepEqual(inBuffer, message);
  return bytes;
}

/** LISP-SEC data of a Map-Reply is everything after the records, and is not parsed. */
function isOpenEnded(message: ControlMessage): boolean {
  return message.type === 'map-reply' && message.security !== undefined;
}

/** The message, or the WireError of decoding. Other errors are thrown. */
export function decodeOrError(bytes: Uint8Array): ControlMessage | WireError {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

/** `bytes` with some replaced from `offset` on. */
export function patch(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const patched = new Uint8Array(bytes);
  patched.set(values, offset);
  return patched;
}
