// SPDX-License-Identifier: Apache-2.0

/** A nonce or an xTR-ID as IOS writes it: '0xc51abcce2acd7f84' -> '0xC51ABCCE-0x2ACD7F84'. */
export function hexWords(text: string): string {
  const digits = /^0x([0-9a-f]+)$/i.exec(text)?.[1];
  if (digits === undefined) return text;
  const whole = digits.toUpperCase().padStart(Math.ceil(digits.length / 8) * 8, '0');
  return (whole.match(/.{8}/g) ?? []).map((word) => `0x${word}`).join('-');
}
