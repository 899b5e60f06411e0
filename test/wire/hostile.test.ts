// SPDX-License-Identifier: Apache-2.0
// For any bytes decodeMessage returns a message or throws a WireError.
import test from 'ava';
import fc from 'fast-check';
import { decodeMessage, encodeMessage, WireError } from '#wire/index.js';
import { decodeOrError } from '#test/helpers/codec.js';
import { controlMessage } from '#test/helpers/message-arbitraries.js';
import { VECTORS } from '#test/helpers/vectors.js';

for (const [name, bytes] of VECTORS) {
  test(`${name}: cut off at any byte it is a WireError`, (t) => {
    for (let length = 0; length < bytes.length; length++)
      t.throws(() => decodeMessage(bytes.subarray(0, length)), { instanceOf: WireError }, `${length} bytes`);
  });

  test(`${name}: with any one bit flipped it is a message or a WireError`, (t) => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = new Uint8Array(bytes);
      flipped[bit >> 3]! ^= 0x80 >> (bit & 7);
      t.notThrows(() => decodeOrError(flipped), `bit ${bit}`);
    }
  });
}

test('any message cut off anywhere is a message or a WireError', (t) => {
  fc.assert(
    fc.property(
      controlMessage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (message, part) => {
        const bytes = encodeMessage(message);
        decodeOrError(bytes.subarray(0, Math.floor(bytes.length * part)));
      },
    ),
  );
  t.pass();
});

test('any bytes are a message or a WireError', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeOrError(bytes)),
    { numRuns: 2000 },
  );
  t.pass();
});

// Bytes that a decoder likes (small counts, AFIs, an LCAF) take the random bytes deeper into it.
const plausible = fc.oneof(
  fc.uint8Array({ maxLength: 16 }),
  fc.constantFrom(
    [0, 0],
    [0, 1],
    [0, 2],
    [0x40, 3],
    [0x40, 3, 0, 0, 2, 32, 0, 10, 0, 0, 0, 7, 0, 1],
    [0, 20],
    [1, 24],
  ),
);

for (const type of [1, 2, 3, 4, 5, 8])
  test(`any bytes behind type ${type} are a message or a WireError`, (t) => {
    const flags = fc.tuple(
      fc.nat({ max: 15 }),
      fc.nat({ max: 255 }),
      fc.nat({ max: 255 }),
      fc.nat({ max: 3 }),
    );
    const rest = fc.array(plausible, { maxLength: 30 });
    fc.assert(
      fc.property(flags, rest, ([first, second, third, count], parts) => {
        decodeOrError(
          Uint8Array.from([(type << 4) | first, second, third, count, ...parts.flatMap((p) => [...p])]),
        );
      }),
      { numRuns: 1000 },
    );
    t.pass();
  });

test('a WireError names the message, the field and the offset', (t) => {
  const error = t.throws(() => decodeMessage(Uint8Array.of(0x10, 0, 0, 1, 0xff)), { instanceOf: WireError });
  t.is(error.code, 'ERR_WIRE');
  t.is(error.messageType, 'Map-Request');
  t.is(error.field, 'nonce');
  t.is(error.offset, 4);
  t.is(error.message, 'Map-Request: nonce at offset 4: message ends: 8 bytes needed, 1 left');
});

test('an empty datagram is a WireError', (t) => {
  t.throws(() => decodeMessage(new Uint8Array()), { instanceOf: WireError, message: /an empty datagram/ });
});

for (const type of [0, 6, 7, 9, 10, 11, 12, 13, 14, 15])
  test(`type ${type} is a WireError`, (t) => {
    const bytes = Uint8Array.of(type << 4, ...new Uint8Array(100));
    t.throws(() => decodeMessage(bytes), {
      instanceOf: WireError,
      message: `message: type at offset 0: type ${type} is not supported`,
    });
  });

// Single datagrams that killed another implementation.
test('a Map-Request that claims 255 records is a WireError', (t) => {
  const bytes = new Uint8Array(VECTORS.get('smr') ?? []);
  bytes[3] = 255;
  t.throws(() => decodeMessage(bytes), { instanceOf: WireError, message: /message ends/ });
});

test('a bare ECM header of 4 bytes is a WireError', (t) => {
  t.throws(() => decodeMessage(Uint8Array.of(0x80, 0, 0, 0)), {
    instanceOf: WireError,
    message: /inner IP version/,
  });
});
