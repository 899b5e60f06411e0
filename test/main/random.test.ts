// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { SeededRandom } from '#control/kit/seeded-random.js';
import { freshSeed } from '#main/random.js';

test('runs with different seeds have no nonce in common, and all 64 bits are used', (t) => {
  const nonces = Array.from({ length: 10 }, () => {
    const random = new SeededRandom();
    random.seed(freshSeed());
    return Array.from({ length: 1_000 }, () => random.nonce());
  }).flat();
  t.is(new Set(nonces).size, nonces.length);
  t.is(
    nonces.reduce((all, nonce) => all | nonce, 0n),
    0xffff_ffff_ffff_ffffn,
  );
});
