// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { decodeMessage, encodeMessage, type MapReply, WireError } from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { fromHex, toHex, VECTORS } from '#test/helpers/vectors.js';

function decode(bytes: Uint8Array): MapReply {
  const message = decodeMessage(bytes);
  if (message.type === 'map-reply') return message;
  throw new Error(`${message.type} is not a Map-Reply`);
}

const BYTES = VECTORS.get('ipv6-rlocs packet 6') ?? new Uint8Array();
const REPLY = decode(BYTES);

test('P is probe', (t) => {
  t.deepEqual(decode(patch(BYTES, 0, 0x28)), { ...REPLY, probe: true });
  t.is(encodeMessage({ ...REPLY, probe: true })[0], 0x28);
});

test('E is echoNonce', (t) => {
  t.deepEqual(decode(patch(BYTES, 0, 0x24)), { ...REPLY, echoNonce: true });
  t.is(encodeMessage({ ...REPLY, echoNonce: true })[0], 0x24);
});

test('9301-5.4-02: the A-bits of a probe reply are there to be judged', (t) => {
  const cleared = patch(patch(BYTES, 0, 0x28), 18, 0x00);
  t.deepEqual(
    decode(cleared).records.map(({ authoritative }) => authoritative),
    [false],
  );
});

test('9301-5.4-04: Reserved is ignored', (t) => {
  t.deepEqual(decode(patch(BYTES, 0, 0x21, 0xff, 0xff)), REPLY);
});

test('9301-5.4-03: Reserved is sent as 0', (t) => {
  t.is(toHex(encodeMessage(decode(patch(BYTES, 0, 0x21, 0xff, 0xff)))), toHex(BYTES));
});

test('S: LISP-SEC data behind the records is kept unread', (t) => {
  const security = fromHex('01000000 0004 0001');
  const bytes = Uint8Array.of(...patch(BYTES, 0, 0x22), ...security);
  t.deepEqual(decode(bytes), { ...REPLY, security });
  t.is(toHex(encodeMessage({ ...REPLY, security })), toHex(bytes));
});

test('S without LISP-SEC data is refused, and not sent', (t) => {
  t.throws(() => decode(patch(BYTES, 0, 0x22)), { instanceOf: WireError, message: /LISP-SEC/ });
  t.throws(() => encodeMessage({ ...REPLY, security: new Uint8Array(3) }), { instanceOf: TypeError });
});

test('bytes behind the last record are refused', (t) => {
  t.throws(() => decode(Uint8Array.of(...BYTES, 0)), { instanceOf: WireError, message: /1 bytes too many/ });
});

test('a Map-Reply without a record is refused', (t) => {
  t.throws(() => decode(fromHex('20000000 0000000000000001')), {
    instanceOf: WireError,
    message: /without a record/,
  });
});

test('9301-5.4-D03: the record TTL has 32 bits', (t) => {
  const [record] = decode(patch(BYTES, 12, 0xff, 0xff, 0xff, 0xff)).records;
  t.is(record?.ttl_min, 0xffff_ffff);
});
