// SPDX-License-Identifier: Apache-2.0

/** One's complement sum of 16-bit words (RFC 1071), zero-padded to an even length; add up with `sum`, then `fold`. */
export function sumWords(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return total;
}

/** The checksum of a sum; 0 for data that holds its own right checksum. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
