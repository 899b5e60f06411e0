// SPDX-License-Identifier: Apache-2.0
import { sumWords } from './checksum.js';
import { WireError } from './wire-error.js';

/** A bounds-checked cursor over received bytes, most significant byte first. Reading past the end is a WireError. */
export class Reader {
  readonly messageType: string;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly end: number;
  private position: number;

  /** @param messageType named in errors, with offsets from the start of `bytes` */
  constructor(messageType: string, bytes: Uint8Array, start = 0, end = bytes.length) {
    this.messageType = messageType;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  get offset(): number {
    return this.position;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  uint8(field: string): number {
    return this.view.getUint8(this.advance(1, field));
  }

  uint16(field: string): number {
    return this.view.getUint16(this.advance(2, field));
  }

  uint32(field: string): number {
    return this.view.getUint32(this.advance(4, field));
  }

  uint64(field: string): bigint {
    return this.view.getBigUint64(this.advance(8, field));
  }

  uint128(field: string): bigint {
    const start = this.advance(16, field);
    return (this.view.getBigUint64(start) << 64n) | this.view.getBigUint64(start + 8);
  }

  /** The next byte, without moving the cursor. */
  peekUint8(field: string): number {
    const value = this.uint8(field);
    this.position -= 1;
    return value;
  }

  /** The next two bytes, without moving the cursor. */
  peekUint16(field: string): number {
    const value = this.uint16(field);
    this.position -= 2;
    return value;
  }

  /** One's complement sum of the next `length` bytes, without moving the cursor: see sumWords. */
  peekSum(length: number, field: string, sum = 0): number {
    const start = this.advance(length, field);
    this.position = start;
    return sumWords(this.bytes, sum, start, start + length);
  }

  skip(length: number, field: string): void {
    this.advance(length, field);
  }

  /** A copy, so that a value never refers to the buffer of a socket. */
  take(length: number, field: string): Uint8Array {
    const start = this.advance(length, field);
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  /** A cursor over the next `length` bytes only. This cursor moves behind them. */
  sub(length: number, field: string): Reader {
    const start = this.advance(length, field);
    return new Reader(this.messageType, this.bytes, start, start + length);
  }

  /** Another cursor over the rest, for looking ahead. */
  fork(): Reader {
    return new Reader(this.messageType, this.bytes, this.position, this.end);
  }

  /** @throws WireError if anything is left */
  finish(field: string): void {
    if (this.remaining > 0) this.fail(field, `${this.remaining} bytes too many`);
  }

  /** @param offset of the field; by default the position of the cursor, for a field that was not read yet */
  fail(field: string, problem: string, offset = this.position): never {
    throw new WireError(this.messageType, field, offset, problem);
  }

  private advance(length: number, field: string): number {
    if (length > this.remaining)
      this.fail(field, `message ends: ${length} bytes needed, ${this.remaining} left`);
    const start = this.position;
    this.position += length;
    return start;
  }
}
