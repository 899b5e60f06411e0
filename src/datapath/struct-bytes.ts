// SPDX-License-Identifier: Apache-2.0
import { endianness } from 'node:os';

const LITTLE_ENDIAN = endianness() === 'LE';

/**
 * A C struct in memory. Numbers are in host byte order unless a method says otherwise. Offsets: generated/layout.ts.
 */
export class StructBytes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** @param source a number of zero bytes, or existing bytes (not copied) */
  constructor(source: number | Uint8Array) {
    this.bytes = typeof source === 'number' ? new Uint8Array(source) : source;
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  setU8(offset: number, value: number): void {
    this.#view.setUint8(offset, value);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, LITTLE_ENDIAN);
  }

  setU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, LITTLE_ENDIAN);
  }

  /** Network byte order. */
  be32(offset: number): number {
    return this.#view.getUint32(offset);
  }

  setBe32(offset: number, value: number): void {
    this.#view.setUint32(offset, value);
  }

  /** Network byte order. */
  setBe64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value);
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, LITTLE_ENDIAN);
  }

  setU64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, LITTLE_ENDIAN);
  }

  /** A copy of the whole struct. */
  copy(): Uint8Array {
    return this.bytes.slice();
  }

  /** A copy of part of the struct. */
  slice(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  set(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
}
