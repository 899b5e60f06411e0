// SPDX-License-Identifier: Apache-2.0
import { createCipheriv } from 'node:crypto';
import test from 'ava';
import { SEED_BYTES, SeededRandom } from '#control/kit/seeded-random.js';

const SEED = Uint8Array.from({ length: SEED_BYTES }, (_, i) => i);

function seeded(seed = SEED): SeededRandom {
  const random = new SeededRandom();
  random.seed(seed);
  return random;
}

const draw = (random: SeededRandom, count: number): bigint[] =>
  Array.from({ length: count }, () => random.nonce());

test('equal seeds give equal sequences; seeds that differ in one bit do not', (t) => {
  const other = Uint8Array.from(SEED);
  other[31] = 0;
  const numbers = draw(seeded(), 2_000);
  t.deepEqual(draw(seeded(), 2_000), numbers);
  t.is(new Set([...numbers, ...draw(seeded(other), 2_000)]).size, 4_000);
});

test('the words are the key stream of AES-256-CTR behind the next key', (t) => {
  const stream = (key: Uint8Array): Buffer =>
    createCipheriv('aes-256-ctr', key, new Uint8Array(16)).update(new Uint8Array(4_128));
  const first = stream(SEED);
  const second = stream(first.subarray(0, 32));
  const numbers = draw(seeded(), 513);
  t.is(numbers[0], first.readBigUInt64BE(32));
  t.is(numbers[511], first.readBigUInt64BE(4_120));
  t.is(numbers[512], second.readBigUInt64BE(32));
});

test('every bit is set in half of the words, and fractions cover the interval', (t) => {
  const random = seeded();
  const numbers = draw(random, 10_000);
  for (let bit = 0n; bit < 64n; bit++) {
    const set = numbers.filter((word) => (word >> bit) & 1n).length;
    t.true(Math.abs(set - 5_000) < 300, `bit ${bit}: ${set}`);
  }
  const fractions = Array.from({ length: 10_000 }, () => random.fraction());
  t.true(fractions.every((each) => each >= 0 && each < 1));
  t.true(Math.abs(fractions.reduce((sum, each) => sum + each) - 5_000) < 150);
});

test('a missing or short seed is an error', (t) => {
  t.throws(() => new SeededRandom().nonce(), { message: /no seed yet/ });
  t.throws(() => seeded(SEED.subarray(1)), { instanceOf: RangeError });
});

test('the seed of the caller is not changed', (t) => {
  const seed = Uint8Array.from(SEED);
  draw(seeded(seed), 1_000);
  t.deepEqual(seed, SEED);
});
