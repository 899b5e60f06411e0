// SPDX-License-Identifier: Apache-2.0

/** The most that fits into UDP over IPv4. A longer control message can never be sent. */
export const MAX_MESSAGE_LENGTH = 65_535 - 20 - 8;

const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** The same memory as bytes and as a DataView for numbers. */
interface Room {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

const NO_ROOM = roomOf(0);

/** The buffer of the last message is used for the next one: allocating takes longer than writing a short message. */
let spare: Room | undefined;
/** A longer buffer is not kept. */
const MAX_SPARE = 4096;

function takeRoom(): Room {
  const room = spare ?? roomOf(512);
  spare = undefined;
  return room;
}

function roomOf(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Builds a message, most significant byte first. A value that does not fit its field is a TypeError of the caller. */
export class Writer {
  private room = takeRoom();
  private length = 0;

  uint8(value: number, field: string): void {
    const start = this.advance(1);
    this.room.view.setUint8(start, checkUint(value, 8, field));
  }

  uint16(value: number, field: string): void {
    const start = this.advance(2);
    this.room.view.setUint16(start, checkUint(value, 16, field));
  }

  uint32(value: number, field: string): void {
    const start = this.advance(4);
    this.room.view.setUint32(start, checkUint(value, 32, field));
  }

  uint64(value: bigint, field: string): void {
    if (value < 0n || value > MAX_UINT64)
      throw new TypeError(`${field}: ${value} is not a number of 64 bits`);
    const start = this.advance(8);
    this.room.view.setBigUint64(start, value);
  }

  uint128(value: bigint, field: string): void {
    this.uint64(value >> 64n, field);
    this.uint64(BigInt.asUintN(64, value), field);
  }

  put(bytes: Uint8Array): void {
    const start = this.advance(bytes.length);
    this.room.bytes.set(bytes, start);
  }

  /** The message; nothing can be written after it. */
  finish(): Uint8Array {
    const { room } = this;
    this.room = NO_ROOM;
    if (room.bytes.length <= MAX_SPARE) spare = room;
    return room.bytes.slice(0, this.length);
  }

  private advance(length: number): number {
    const start = this.length;
    const end = start + length;
    if (end > MAX_MESSAGE_LENGTH)
      throw new TypeError(`a control message is at most ${MAX_MESSAGE_LENGTH} bytes long`);
    const { bytes } = this.room;
    if (end > bytes.length) {
      this.room = roomOf(Math.max(end, bytes.length * 2));
      this.room.bytes.set(bytes);
    }
    this.length = end;
    return start;
  }
}

/** @throws TypeError unless `value` is an unsigned integer of at most `bits` bits, which are 32 or less */
export function checkUint(value: number, bits: number, field: string): number {
  if (value >>> 0 === value && (bits === 32 || value >>> bits === 0)) return value;
  throw new TypeError(`${field}: ${value} is not a number of ${bits} bits`);
}

/** A flag of a header word: `mask` if set. */
export function flag(set: boolean, mask: number): number {
  return set ? mask : 0;
}
