// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { IndexPool } from '#datapath/tables/index-pool.js';

test('a pool gives each index once, then none', (t) => {
  const pool = new IndexPool(3);
  t.deepEqual([pool.take(), pool.take(), pool.take(), pool.take()], [0, 1, 2, undefined]);
  t.is(pool.used, 3);
});

test('indexes given back are reused after all unused ones, the oldest first', (t) => {
  const pool = new IndexPool(4);
  for (let i = 0; i < 3; i++) pool.take();
  pool.giveBack(1);
  pool.giveBack(0);
  t.deepEqual([pool.take(), pool.take(), pool.take(), pool.take()], [3, 1, 0, undefined]);
});

test('a claimed index is not allocated; an index that is out of range or in use cannot be claimed', (t) => {
  const pool = new IndexPool(3);
  t.true(pool.claim(1));
  t.false(pool.claim(1));
  t.false(pool.claim(3));
  t.deepEqual([pool.take(), pool.take(), pool.take()], [0, 2, undefined]);
});

test('a claimed index that is given back is allocated once', (t) => {
  const pool = new IndexPool(2);
  pool.claim(1);
  pool.giveBack(1);
  pool.giveBack(1);
  t.deepEqual([pool.take(), pool.take(), pool.take()], [0, 1, undefined]);
});

test('any sequence of operations: no index is allocated twice', (t) => {
  const step = fc.record({ take: fc.boolean(), index: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.array(step), (claims, steps) => {
      const pool = new IndexPool(10);
      const held = new Set<number>(claims.filter((index) => pool.claim(index)));
      for (const { take, index } of steps) {
        if (!take) {
          if (held.delete(index)) pool.giveBack(index);
          continue;
        }
        const taken = pool.take();
        t.is(taken === undefined, held.size === 10);
        if (taken === undefined) continue;
        t.false(held.has(taken));
        held.add(taken);
      }
      t.is(pool.used, held.size);
    }),
  );
});
