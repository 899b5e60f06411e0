// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { decodeMessage, encodeMessage, type EncapsulatedControl, verifyAuthentication } from '#wire/index.js';
import { CAPTURED, STORY, toHex, VECTORS } from '#test/helpers/vectors.js';

const SECRET = new TextEncoder().encode('oorkey');

test('all control messages of the captures are here', (t) => {
  const counts = new Map<string, number>();
  for (const { payload } of CAPTURED) {
    const { type } = decodeMessage(payload);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  t.deepEqual(Object.fromEntries(counts), {
    'map-register': 8,
    'map-notify': 8,
    'encapsulated-control': 12,
    'map-reply': 10,
    'map-request': 2,
  });
});

for (const [name, bytes] of VECTORS) {
  const message = decodeMessage(bytes);
  if (message.type === 'encapsulated-control') continue;
  test(`${name}: ${message.type} encodes to the bytes it was decoded from`, (t) => {
    t.is(toHex(encodeMessage(message)), toHex(bytes));
  });
  if (message.type !== 'map-register' && message.type !== 'map-notify') continue;
  if (!name.includes('packet')) continue; // the site key of the story's messages is not known
  test(`${name}: ${message.type} is authentic`, (t) => {
    t.true(verifyAuthentication(bytes, message, SECRET));
    t.is(toHex(encodeMessage(message, SECRET)), toHex(bytes));
  });
}

function decodeEcm(bytes: Uint8Array): EncapsulatedControl {
  const message = decodeMessage(bytes);
  if (message.type === 'encapsulated-control') return message;
  throw new Error(`${message.type} is not an ECM`);
}

test('the SMR-invoked ECM of the story differs in the inner identification only when it is encoded again', (t) => {
  // Identification 0 instead of 0x0238 makes the header checksum larger by 0x0238: b4b5 + 0238 = b6ed (RFC 1624).
  const expected = toHex(STORY.smrInvokedEcm).replace('003c0238', '003c0000').replace('ff11b4b5', 'ff11b6ed');
  t.is(toHex(encodeMessage(decodeEcm(STORY.smrInvokedEcm))), expected);
});
