// SPDX-License-Identifier: Apache-2.0
// EID-Prefixes in the format of the index: 32-bit words in memory order, lengths as bits and codes (bpf/lib/index.h).
import { type Address, type EidPrefix, maskedPrefix } from '#addr/index.js';
import { xtr_index_constants } from '#datapath/generated/layout.js';

const { XTR_INDEX_CELL_SCOPE, XTR_INDEX_ZERO_SCOPE, XTR_INDEX_CELL_BITS_V4, XTR_INDEX_CELL_BITS_V6 } =
  xtr_index_constants;

/** Number of leading address bits that select the cell. */
export const CELL_BITS = { 4: XTR_INDEX_CELL_BITS_V4, 6: XTR_INDEX_CELL_BITS_V6 } as const;

/** De Bruijn sequences: each shift brings a different number into the top bits. */
const DE_BRUIJN_32 = 0x077cb531;
const DE_BRUIJN_64 = 0x03f79d71b4cb0a89n;

/** Codes of IPv6 lengths above 64 have 64 added. */
function lengthCode(family: 4 | 6, length: number): number {
  if (length === 0) return XTR_INDEX_ZERO_SCOPE;
  if (family === 4) return (DE_BRUIJN_32 << (32 - length)) >>> 27;
  const shift = BigInt((128 - length) % 64);
  return Number(BigInt.asUintN(64, DE_BRUIJN_64 << shift) >> 58n) + (length > 64 ? 64 : 0);
}

const LENGTH_CODES = {
  4: Array.from({ length: 33 }, (_, length) => lengthCode(4, length)),
  6: Array.from({ length: 129 }, (_, length) => lengthCode(6, length)),
} as const;
const LENGTHS = {
  4: new Map(LENGTH_CODES[4].map((code, length) => [code, length])),
  6: new Map(LENGTH_CODES[6].map((code, length) => [code, length])),
} as const;

/** instance_id << 8 | code. It distinguishes prefixes with the same address bits. */
export function scopeOf({ instanceId, prefix }: EidPrefix): number {
  const code = LENGTH_CODES[prefix.address.family][prefix.length] ?? 0;
  return ((instanceId << 8) | code) >>> 0;
}

export function cellScope(instanceId: number): number {
  return ((instanceId << 8) | XTR_INDEX_CELL_SCOPE) >>> 0;
}

/** Undefined if this is not the scope of a prefix. */
export function readScope(family: 4 | 6, scope: number): { instanceId: number; length: number } | undefined {
  const length = LENGTHS[family].get(scope & 0xff);
  return length === undefined ? undefined : { instanceId: scope >>> 8, length };
}

/** Position of the bit of a length in a cell: word, and bit in the word. Length 0 has no bit. */
export function lengthBit(family: 4 | 6, length: number): { readonly word: number; readonly bit: number } {
  if (family === 4) return { word: 0, bit: 32 - length };
  const bit = length > 64 ? 128 - length : 64 - length;
  return { word: (length > 64 ? 2 : 0) + (bit >> 5), bit: bit & 31 };
}

const scratch = new BigUint64Array(2);
const scratchWords = new Uint32Array(scratch.buffer);

/** Writes an address into `to`: one word, or the high half and the low half, each with its lower word first. */
export function writeWords({ family, bits }: Address, to: Uint32Array): void {
  if (family === 4) {
    to[0] = Number(bits);
    return;
  }
  scratch[0] = bits >> 64n;
  scratch[1] = bits;
  to.set(scratchWords);
}

export function readWords(family: 4 | 6, words: Uint32Array, length: number): EidPrefix['prefix'] {
  const word = (i: number): bigint => BigInt(words[i] ?? 0);
  const bits = family === 4 ? word(0) : (word(1) << 96n) | (word(0) << 64n) | (word(3) << 32n) | word(2);
  return maskedPrefix({ family, bits }, length);
}

/** Clears all bits after the first `length`. */
export function maskWords(family: 4 | 6, words: Uint32Array, length: number): void {
  for (let i = 0; i < (family === 4 ? 1 : 4); i++) {
    const at = family === 4 ? i : i ^ 1; // from the first bits of the address to the last
    const kept = Math.min(32, Math.max(0, length - 32 * i));
    words[at] = kept === 0 ? 0 : ((words[at] ?? 0) & (-1 << (32 - kept))) >>> 0;
  }
}
