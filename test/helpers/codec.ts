// SPDX-License-Identifier: Apache-2.0
import type { ExecutionContext } from 'ava';
import { type ControlMessage, decodeMessage, encodeMessage, WireError } from '#wire/index.js';
import { toHex } from './vectors.js';

/**
 * Proves that a message is read from its bytes as it was written: by value, to the last byte, again to the same bytes,
 * and wherever in a buffer it lies.
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
  buffer.fill(0xff); // nothing of the message may live in the buffer of a socket
  t.deepEqual(inBuffer, message);
  return bytes;
}

/** LISP-SEC data of a Map-Reply is all that follows the records, and unread. */
function isOpenEnded(message: ControlMessage): boolean {
  return message.type === 'map-reply' && message.security !== undefined;
}

/** The message, or the WireError that refused it. Anything else that is thrown goes on. */
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
