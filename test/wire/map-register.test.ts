// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { decodeMessage, encodeMessage, type MapRegister, WireError } from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { STORY, toHex } from '#test/helpers/vectors.js';

function decode(bytes: Uint8Array): MapRegister {
  const message = decodeMessage(bytes);
  if (message.type === 'map-register') return message;
  throw new Error(`${message.type} is not a Map-Register`);
}

const WITHDRAW = decode(STORY.withdraw);

const flagBit = test.macro({
  exec(t, field: keyof MapRegister, first: number, third: number) {
    const expected = { ...WITHDRAW, wantMapNotify: false, [field]: true };
    const bytes = patch(STORY.withdraw, 0, first, 0, third);
    t.deepEqual(decode(bytes), expected);
    t.is(toHex(encodeMessage(expected)), toHex(bytes));
  },
  title: (name = '', field: string) => `${name} is ${field}`,
});

test('P', flagBit, 'proxyReply', 0x3a, 0x00);
test('S', flagBit, 'securityCapable', 0x36, 0x00);
test('E', flagBit, 'eidNotify', 0x32, 0x10);
test('T', flagBit, 'useTtl', 0x32, 0x08);
test('a', flagBit, 'merge', 0x32, 0x04);
test('M', flagBit, 'wantMapNotify', 0x32, 0x01);

test('9301-5.6-03, 9301-5.6-05: Reserved and R are ignored', (t) => {
  t.deepEqual(decode(patch(STORY.withdraw, 0, 0x33, 0xff, 0xe3)), WITHDRAW);
});

test('9301-5.6-02, 9301-5.6-04: Reserved and R are sent as 0', (t) => {
  t.is(toHex(encodeMessage(decode(patch(STORY.withdraw, 0, 0x33, 0xff, 0xe3)))), toHex(STORY.withdraw));
});

test('9301-5.6-01: an identity is announced by I and follows the records', (t) => {
  const without = encodeMessage({ ...WITHDRAW, identity: undefined });
  t.is(toHex(without), toHex(patch(STORY.withdraw, 0, 0x30).subarray(0, -24)));
  t.is(decode(without).identity, undefined);
});

test('an identity without I is refused', (t) => {
  t.throws(() => decode(patch(STORY.withdraw, 0, 0x30)), {
    instanceOf: WireError,
    message: /24 bytes too many/,
  });
});

test('bytes behind the identity are refused', (t) => {
  t.throws(() => decode(Uint8Array.of(...STORY.withdraw, 0)), {
    instanceOf: WireError,
    message: /1 bytes too many/,
  });
});

test('a 16-bit key ID of RFC 6830 reads as key 0 with an algorithm', (t) => {
  t.like(decode(patch(STORY.withdraw, 12, 0x00, 0x02)).authentication, { keyId: 0, algorithmId: 2 });
  t.like(decode(patch(STORY.withdraw, 12, 0x05, 0x02)).authentication, { keyId: 5, algorithmId: 2 });
});

test('9301-5.4-13: the p-bit of a locator is not sent in a Map-Register', (t) => {
  const notify = decodeMessage(STORY.mapNotify);
  if (notify.type !== 'map-notify') return t.fail();
  const records = notify.records.map((record) => ({
    ...record,
    locators: record.locators.map((locator) => ({ ...locator, probed: true })),
  }));
  t.false(decode(encodeMessage({ ...WITHDRAW, records })).records[0]?.locators[0]?.probed);
  t.like(decodeMessage(encodeMessage({ ...notify, records })), { records });
});

test('authentication data longer than the message is refused', (t) => {
  const bytes = patch(STORY.withdraw, 14, 0xff, 0xff);
  t.throws(() => decode(bytes), {
    instanceOf: WireError,
    message: /authentication data at offset 16: message ends/,
  });
});
