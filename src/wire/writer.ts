// SPDX-License-Identifier: Apache-2.0

/** What UDP over IPv4 holds; a longer control message can never be sent. */
export const MAX_MESSAGE_LENGTH = 65_535 - 20 - 8;

const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

const NOTHING = new Uint8Array(0);

/** The buffer of the last message, for the next: to allocate one takes longer than to write a short message. */
let spare: Uint8Array | undefined;
/** A longer one is not kept. */
const MAX_SPARE = 4096;

function takeBuffer(): Uint8Array {
  const buffer = spare ?? new Uint8Array(512);
  spare = undefined;
  return buffer;
}

/** Builds a message, most significant byte first. A value that does not fit its field is a TypeError of the caller. */
export class Writer {
  private bytes = takeBuffer();
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
    if (value < 0n || value > MAX_UINT64)
      throw new TypeError(`${field}: ${value} is not a number of 64 bits`);
    const start = this.advance(8);
    this.view.setBigUint64(start, value);
  }

  uint128(value: bigint, field: string): void {
    this.uint64(value >> 64n, field);
    this.uint64(BigInt.asUintN(64, value), field);
  }

  put(bytes: Uint8Array): void {
    const start = this.advance(bytes.length);
    this.bytes.set(bytes, start);
  }

  /** The message; nothing can be written after it. */
  finish(): Uint8Array {
    const message = this.bytes.slice(0, this.length);
    if (this.bytes.length <= MAX_SPARE) spare = this.bytes;
    this.bytes = NOTHING;
    return message;
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
