// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { duration } from '#cli/format/duration.js';
import { hexWords } from '#cli/format/hex.js';

const S = 1_000;
const H = 3_600 * S;
const D = 24 * H;

for (const [ms, text] of [
  [null, 'never'],
  [0, '00:00:00'],
  [999, '00:00:00'],
  [-5, '00:00:00'],
  [37 * S, '00:00:37'],
  [D - 1, '23:59:59'],
  [D, '1d00h'],
  [26 * H, '1d02h'],
  [7 * D - 1, '6d23h'],
  [7 * D, '1w0d'],
  [18 * D, '2w4d'],
  [365 * D - 1, '52w0d'],
  [365 * D, '1y0w'],
  [386 * D, '1y3w'],
] as const)
  test(`${ms} ms is ${text}`, (t) => {
    t.is(duration(ms), text);
  });

for (const [given, text] of [
  ['0xc51abcce2acd7f84', '0xC51ABCCE-0x2ACD7F84'],
  ['0x1', '0x00000001'],
  ['unknown', 'unknown'],
] as const)
  test(`${given} is ${text}`, (t) => {
    t.is(hexWords(given), text);
  });
