// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { systemRandom } from '#main/random.js';

test('no nonce comes twice, and all 64 bits are used', (t) => {
  const nonces = Array.from({ length: 10_000 }, () => systemRandom.nonce());
  t.is(new Set(nonces).size, nonces.length);
  t.is(
    nonces.reduce((all, nonce) => all | nonce, 0n),
    0xffff_ffff_ffff_ffffn,
  );
});
