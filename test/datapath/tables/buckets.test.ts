// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { xtr_constants } from '#datapath/generated/layout.js';
import { NO_ORDINAL, spread, type Weighted } from '#datapath/tables/buckets.js';

type IsUp = (ordinal: number) => boolean;
const ALL_UP: IsUp = () => true;

function locator(priority: number, weight: number, usable = true): Weighted {
  return { priority, weight, usable };
}

/** Buckets of each locator. */
function counts(members: readonly Weighted[], buckets = 64, isUp = ALL_UP): number[] {
  const spreadOver = spread(members, buckets, isUp);
  return members.map((_, ordinal) => spreadOver.filter((bucket) => bucket === ordinal).length);
}

const cases: readonly [string, readonly Weighted[], readonly number[]][] = [
  ['one locator has all', [locator(1, 100)], [64]],
  ['equal weights', [locator(1, 50), locator(1, 50)], [32, 32]],
  ['weights in proportion', [locator(1, 75), locator(1, 25)], [48, 16]],
  [
    'the remaining bucket goes to the largest remainder',
    [locator(1, 1), locator(1, 1), locator(1, 1)],
    [22, 21, 21],
  ],
  ['all weights 0 are equal', [locator(1, 0), locator(1, 0)], [32, 32]],
  ['weight 0 beside others gets nothing', [locator(1, 0), locator(1, 1)], [0, 64]],
  ['a weight above 0 gets one at least', [locator(1, 255), locator(1, 1)], [63, 1]],
  [
    'sixteen locators, one with nearly all the weight',
    [locator(1, 255), ...Array<Weighted>(15).fill(locator(1, 1))],
    [49, ...Array<number>(15).fill(1)],
  ],
  ['the lowest priority wins', [locator(2, 100), locator(1, 1)], [0, 64]],
  ['a locator that is not usable is left out', [locator(1, 50, false), locator(1, 50)], [0, 64]],
  ['the next priority when the best is not usable', [locator(1, 50, false), locator(2, 50)], [0, 64]],
  ['priority 255 is never used', [locator(255, 100)], [0]],
  ['nothing is usable', [locator(1, 100, false)], [0]],
  ['no locators', [], []],
];
for (const [title, members, expected] of cases)
  test(`buckets: ${title}`, (t) => {
    t.deepEqual(counts(members), expected);
    t.is(spread(members, 64, ALL_UP).length, 64);
  });

const down: readonly [string, readonly Weighted[], readonly number[], readonly number[]][] = [
  [
    'its buckets are distributed by weight',
    [locator(1, 50), locator(1, 30), locator(1, 20)],
    [0],
    [0, 38, 26],
  ],
  ['weight 0 takes over if no other locator is up', [locator(1, 1), locator(1, 0)], [0], [0, 64]],
  [
    'the next priority takes over if all of the best are down',
    [locator(1, 1), locator(1, 1), locator(2, 1)],
    [0, 1],
    [0, 0, 64],
  ],
  [
    'the next priority gets nothing while one of the best is up',
    [locator(1, 1), locator(1, 1), locator(2, 1)],
    [1],
    [64, 0, 0],
  ],
  ['priority 255 never takes over', [locator(1, 1), locator(255, 1)], [0], [0, 0]],
  ['a locator that is not usable never takes over', [locator(1, 1), locator(1, 1, false)], [0], [0, 0]],
];
for (const [title, members, ordinals, expected] of down)
  test(`a locator is down: ${title}`, (t) => {
    t.deepEqual(
      counts(members, 64, (ordinal) => !ordinals.includes(ordinal)),
      expected,
    );
  });

test('a locator-set honours weights of 1:255', (t) => {
  t.deepEqual(counts([locator(1, 1), locator(1, 255)], xtr_constants.XTR_BUCKETS), [1, 255]);
});

test('any weights: all buckets are used, each weight gets a bucket, and a larger weight never gets fewer', (t) => {
  const weights = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 32 });
  fc.assert(
    fc.property(weights, (values) => {
      const shares = counts(values.map((weight) => locator(1, weight)));
      t.is(
        shares.reduce((sum, share) => sum + share, 0),
        64,
      );
      const allZero = values.every((weight) => weight === 0);
      values.forEach((weight, i) => {
        if (weight > 0 || allZero) t.true((shares[i] ?? 0) >= 1);
        else t.is(shares[i], 0);
        values.forEach((other, j) => {
          if (weight > other) t.true((shares[i] ?? 0) >= (shares[j] ?? 0));
        });
      });
    }),
  );
});

const sets = fc.array(
  fc.record({
    priority: fc.constantFrom(1, 1, 1, 2, 255),
    weight: fc.constantFrom(0, 1, 1, 10, 50, 255),
    usable: fc.constantFrom(true, true, true, false),
  }),
  { minLength: 1, maxLength: 8 },
);

test('any set and states: packets go to usable locators that are up, of the best such priority', (t) => {
  fc.assert(
    fc.property(sets, fc.nat(255), (members, upBits) => {
      const isUp = (ordinal: number): boolean => ((upBits >> ordinal) & 1) === 1;
      const candidates = members.filter(({ usable, priority }, i) => usable && priority !== 255 && isUp(i));
      const best = Math.min(...candidates.map(({ priority }) => priority));
      for (const ordinal of spread(members, 256, isUp)) {
        const chosen = members[ordinal];
        if (candidates.length === 0) t.is(ordinal, NO_ORDINAL);
        else t.true(chosen?.usable === true && isUp(ordinal) && chosen.priority === best);
      }
    }),
  );
});

test('any set and states: if another locator goes down, only its flows move', (t) => {
  fc.assert(
    fc.property(sets, fc.nat(255), fc.nat(7), (members, upBits, lost) => {
      const before = spread(members, 256, (ordinal) => ((upBits >> ordinal) & 1) === 1);
      const after = spread(members, 256, (ordinal) => ordinal !== lost && ((upBits >> ordinal) & 1) === 1);
      const moved = before.filter((ordinal, bucket) => ordinal !== lost && after[bucket] !== ordinal);
      t.is(moved.length, 0);
      t.false(after.includes(lost));
    }),
  );
});

test('equal locators: if some are down, the shares of the others stay nearly equal', (t) => {
  const members = Array<Weighted>(8).fill(locator(1, 100));
  for (let upBits = 1; upBits < 256; upBits++) {
    const isUp = (ordinal: number): boolean => ((upBits >> ordinal) & 1) === 1;
    const shares = counts(members, 256, isUp).filter((_, ordinal) => isUp(ordinal));
    const fair = 256 / shares.length;
    const furthest = Math.max(...shares.map((share) => Math.abs(share - fair)));
    t.true(furthest <= 0.25 * fair, `${upBits}: ${shares.join(' ')}`);
  }
});
