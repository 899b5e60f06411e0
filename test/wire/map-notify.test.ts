// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { decodeMessage, encodeMessage, type MapNotify, WireError } from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { STORY, toHex } from '#test/helpers/vectors.js';

function decode(bytes: Uint8Array): MapNotify {
  const message = decodeMessage(bytes);
  if (message.type === 'map-notify' || message.type === 'map-notify-ack') return message;
  throw new Error(`${message.type} is neither Map-Notify nor Map-Notify-Ack`);
}

const NOTIFY = decode(STORY.mapNotify);

test('an identity is read if it is announced as a Map-Register does', (t) => {
  t.deepEqual(decode(patch(STORY.mapNotify, 0, 0x42)), NOTIFY);
});

test('an identity is read if nothing announces it', (t) => {
  t.deepEqual(decode(patch(STORY.mapNotify, 0, 0x40)), NOTIFY);
});

test('an identity is announced by the first bit after the type', (t) => {
  t.is(encodeMessage(NOTIFY)[0], 0x48);
  t.is(encodeMessage({ ...NOTIFY, identity: undefined })[0], 0x40);
});

for (const flags of [0x48, 0x42])
  test(`an identity announced by ${flags.toString(16)} and not there is refused`, (t) => {
    const bytes = patch(STORY.mapNotify, 0, flags).subarray(0, -24);
    t.throws(() => decode(bytes), { instanceOf: WireError, message: /xTR-ID/ });
  });

for (const length of [1, 23, 25, 48])
  test(`${length} bytes behind the records are refused`, (t) => {
    const records = patch(STORY.mapNotify, 0, 0x40).subarray(0, -24);
    t.throws(() => decode(Uint8Array.of(...records, ...new Uint8Array(length))), { instanceOf: WireError });
  });

test('other Reserved bits are ignored, and sent as 0', (t) => {
  const bytes = patch(STORY.mapNotify, 0, 0x4d, 0xff, 0xff);
  t.deepEqual(decode(bytes), NOTIFY);
  t.is(toHex(encodeMessage(decode(bytes))), toHex(STORY.mapNotify));
});

test('9301-5.7-D05: a Map-Notify-Ack has the contents of its Map-Notify', (t) => {
  const ack = { ...NOTIFY, type: 'map-notify-ack' } as const;
  t.is(toHex(encodeMessage(ack)), toHex(patch(STORY.mapNotify, 0, 0x58)));
  t.deepEqual(decode(encodeMessage(ack)), ack);
});
