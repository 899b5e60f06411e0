// SPDX-License-Identifier: Apache-2.0
import type { AuthenticatedMessage, ControlMessage } from './messages.js';

export * from './messages.js';

/** Registry of RFC 9301 section 12.5. */
export const ALGORITHM_ID = { none: 0, 'hmac-sha-1-96': 1, 'hmac-sha-256-128': 2 } as const;

/** A message that does not parse. Names the message, the field and the offset in bytes. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code = 'ERR_WIRE';
  readonly messageType: string;
  readonly field: string;
  readonly offset: number;
  constructor(messageType: string, field: string, offset: number, problem: string) {
    super(`${messageType}: ${field} at offset ${offset}: ${problem}`);
    this.messageType = messageType;
    this.field = field;
    this.offset = offset;
  }
}

/** @throws WireError */
export function decodeMessage(_bytes: Uint8Array): ControlMessage {
  throw new Error('to be written');
}

/**
 * @param key signs Map-Register, Map-Notify and Map-Notify-Ack by their `authentication.algorithmId`; without it
 *   `authentication.data` is written as it is
 */
export function encodeMessage(_message: ControlMessage, _key?: Uint8Array): Uint8Array {
  throw new Error('to be written');
}

/** Whether the authentication data of a message, as received, is right for this secret; constant-time. */
export function verifyAuthentication(_bytes: Uint8Array, _message: AuthenticatedMessage, _secret: Uint8Array): boolean {
  throw new Error('to be written');
}
