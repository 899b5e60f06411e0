// SPDX-License-Identifier: Apache-2.0

/** A message that does not parse. The text names the message, the field and the offset in bytes. */
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
