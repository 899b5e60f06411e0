// SPDX-License-Identifier: Apache-2.0
import { ADDRESS_BITS, type Address } from '#addr/index.js';

/** One's complement sum of 16-bit words (RFC 1071), zero-padded to an even length; add up with `sum`, then `fold`. */
export function sumWords(bytes: Uint8Array, sum = 0, start = 0, end = bytes.length): number {
  let total = sum;
  for (let i = start; i < end; i += 2)
    total += ((bytes[i] ?? 0) << 8) | (i + 1 < end ? (bytes[i + 1] ?? 0) : 0);
  return total;
}

/** The same for the bytes of an address. */
export function sumAddress({ family, bits }: Address, sum = 0): number {
  let total = sum;
  for (let rest = bits, words = ADDRESS_BITS[family] / 32; words > 0; words--, rest >>= 32n) {
    const word = Number(BigInt.asUintN(32, rest));
    total += (word >>> 16) + (word & 0xffff);
  }
  return total;
}

/** The checksum of a sum. 0 for data that includes its own correct checksum. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
