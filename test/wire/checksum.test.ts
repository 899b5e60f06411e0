// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { fold, sumWords } from '#wire/checksum.js';
import { fromHex } from '#test/helpers/vectors.js';

test('the example of RFC 1071 section 3', (t) => {
  t.is(fold(sumWords(fromHex('0001 f203 f4f5 f6f7'))), 0xffff - 0xddf2);
});

test('a last odd byte is the upper half of a word', (t) => {
  t.is(fold(sumWords(fromHex('0102 03'))), 0xffff - 0x0402);
});

test('a sum goes on where another ended', (t) => {
  t.is(sumWords(fromHex('0003'), sumWords(fromHex('0001 0002'))), 6);
});

test('carries of carries are folded in, up to the largest datagram', (t) => {
  t.is(fold(0xffff_ffff), 0);
  t.is(fold(sumWords(new Uint8Array(65_535).fill(0xff))), 0xff);
});
