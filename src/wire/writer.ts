// SPDX-License-Identifier: Apache-2.0

/** What UDP over IPv4 holds; a longer control message can never be sent. */
export const MAX_MESSAGE_LENGTH = 65_535 - 20 - 8;

/** Builds a message, most significant byte first. A value that does not fit its field is a TypeError of the caller. */
export class Writer {
  private bytes = new Uint8Array(128);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  uint8(value: number, field: string): void {
    const start = this.advance(1);
    this.view.setUint8(start, checkUint(value, 8, field));
  }

  uint16(value: number, field: string): void {
    const start = this.advance(2);
    this.view.setUint16(start, checkUint(value, 16, field));
  }

  uint32(value: number, field: string): void {
    const start = this.advance(4);
    this.view.setUint32(start, checkUint(value, 32, field));
  }

  uint64(value: bigint, field: string): void {
    if (value < 0n || value >> 64n !== 0n)
      throw new TypeError(`${field}: ${value} is not a number of 64 bits`);
    const start = this.advance(8);
    this.view.setBigUint64(start, value);
  }

  put(bytes: Uint8Array): void {
    const start = this.advance(bytes.length);
    this.bytes.set(bytes, start);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private advance(length: number): number {
    const start = this.length;
    const end = start + length;
    if (end > MAX_MESSAGE_LENGTH)
      throw new TypeError(`a control message is at most ${MAX_MESSAGE_LENGTH} bytes long`);
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = end;
    return start;
  }
}

/** @throws TypeError unless `value` is an unsigned integer of at most `bits` bits */
export function checkUint(value: number, bits: number, field: string): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  throw new TypeError(`${field}: ${value} is not a number of ${bits} bits`);
}

/** A flag of a header word: `mask` if set. */
export function flag(set: boolean, mask: number): number {
  return set ? mask : 0;
}
