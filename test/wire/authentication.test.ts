// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';
import test from 'ava';
import {
  ALGORITHM_ID,
  type AuthenticatedMessage,
  decodeMessage,
  encodeMessage,
  verifyAuthentication,
} from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { STORY, toHex } from '#test/helpers/vectors.js';

const SECRET = new TextEncoder().encode('oorkey');
const OTHER_SECRET = new TextEncoder().encode('oorkez');

function decode(bytes: Uint8Array): AuthenticatedMessage {
  const message = decodeMessage(bytes);
  if ('authentication' in message) return message;
  throw new Error(`${message.type} is not authenticated`);
}

const REGISTER = decode(STORY.withdraw);

function using(algorithmId: number, data = new Uint8Array()): AuthenticatedMessage {
  return { ...REGISTER, authentication: { keyId: 0, algorithmId, data } };
}

const ALGORITHMS = [
  { name: 'hmac-sha-1-96', id: ALGORITHM_ID['hmac-sha-1-96'], hash: 'sha1', whole: 20, cut: 12 },
  { name: 'hmac-sha-256-128', id: ALGORITHM_ID['hmac-sha-256-128'], hash: 'sha256', whole: 32, cut: 16 },
] as const;

for (const { name, id, hash, whole, cut } of ALGORITHMS) {
  const signed = encodeMessage(using(id), SECRET);

  /** A message with a tag of `length` bytes, made by hand. */
  const withTag = (length: number): Uint8Array => {
    const bytes = encodeMessage(using(id, new Uint8Array(length)));
    return patch(bytes, 16, ...createHmac(hash, SECRET).update(bytes).digest().subarray(0, length));
  };

  test(`9301-5.6-D09: ${name} is the HMAC of the whole message with the authentication data zeroed`, (t) => {
    t.is(toHex(signed), toHex(withTag(whole)));
    t.is(decode(signed).authentication.data.length, whole);
  });

  test(`${name}: a signed message verifies, with this secret only`, (t) => {
    t.true(verifyAuthentication(signed, decode(signed), SECRET));
    t.false(verifyAuthentication(signed, decode(signed), OTHER_SECRET));
    t.false(verifyAuthentication(signed, decode(signed), new Uint8Array()));
  });

  test(`9301-5.7-D06: ${name}: no bit may change, those of the xTR-ID and Site-ID neither`, (t) => {
    const message = decode(signed);
    for (let bit = 0; bit < signed.length * 8; bit++) {
      const flipped = patch(signed, bit >> 3, (signed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7)));
      const tag = flipped.slice(16, 16 + whole);
      const { keyId, algorithmId } = message.authentication;
      const received = { ...message, authentication: { keyId, algorithmId, data: tag } };
      t.false(verifyAuthentication(flipped, received, SECRET), `bit ${bit}`);
    }
  });

  test(`${name}: a tag of ${cut} bytes is taken, and no other length`, (t) => {
    for (let length = 0; length <= 64; length++) {
      const bytes = withTag(length);
      const expected = length === whole || length === cut;
      t.is(verifyAuthentication(bytes, decode(bytes), SECRET), expected, `${length} bytes`);
    }
  });

  test(`${name}: Map-Notify and Map-Notify-Ack are signed in the same way`, (t) => {
    const notify = decode(STORY.mapNotify);
    const { authentication } = using(id);
    for (const type of ['map-notify', 'map-notify-ack'] as const) {
      const { nonce, records, identity } = notify;
      const bytes = encodeMessage({ type, nonce, records, identity, authentication }, SECRET);
      t.true(verifyAuthentication(bytes, decode(bytes), SECRET));
    }
  });
}

for (const id of [0, 3, 4, 255])
  test(`algorithm ${id} neither signs nor verifies`, (t) => {
    t.throws(() => encodeMessage(using(id), SECRET), {
      instanceOf: TypeError,
      message: `algorithm ID ${id} cannot sign`,
    });
    for (const length of [0, 12, 16, 20, 32]) {
      const bytes = encodeMessage(using(id, new Uint8Array(length)));
      t.false(verifyAuthentication(bytes, decode(bytes), SECRET));
    }
  });

test('an empty key signs and verifies nothing', (t) => {
  const empty = new Uint8Array();
  t.throws(() => encodeMessage(using(1), empty), {
    instanceOf: TypeError,
    message: 'an empty key signs nothing',
  });
  const bytes = encodeMessage(using(1, new Uint8Array(20)));
  const signed = patch(bytes, 16, ...createHmac('sha1', empty).update(bytes).digest());
  t.false(verifyAuthentication(signed, decode(signed), empty));
});

test('without a key the authentication data is written as it is', (t) => {
  t.is(toHex(encodeMessage(REGISTER)), toHex(STORY.withdraw));
});

test('a message that carries no authentication is the same with a key', (t) => {
  t.is(toHex(encodeMessage(decodeMessage(STORY.smr), SECRET)), toHex(STORY.smr));
});
