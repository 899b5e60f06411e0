// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { parseAddress } from '#addr/index.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { xtr_constants } from '#datapath/generated/layout.js';
import { spread } from '#datapath/tables/buckets.js';

const rloc = parseAddress('2.2.2.2');

function locator(priority: number, weight: number, up = true): ForwardingLocator {
  return { rloc, source: rloc, priority, weight, up };
}

/** Buckets of each locator. */
function counts(locators: readonly ForwardingLocator[], buckets = 64): number[] {
  const spreadOver = spread(locators, buckets);
  return locators.map((_, ordinal) => spreadOver.filter((bucket) => bucket === ordinal).length);
}

const cases: readonly [string, readonly ForwardingLocator[], readonly number[]][] = [
  ['one locator has all', [locator(1, 100)], [64]],
  ['equal weights', [locator(1, 50), locator(1, 50)], [32, 32]],
  ['weights in proportion', [locator(1, 75), locator(1, 25)], [48, 16]],
  ['the largest remainder gets what is left', [locator(1, 1), locator(1, 1), locator(1, 1)], [22, 21, 21]],
  ['all weights 0 are equal', [locator(1, 0), locator(1, 0)], [32, 32]],
  ['weight 0 beside others gets nothing', [locator(1, 0), locator(1, 1)], [0, 64]],
  ['a weight above 0 gets one at least', [locator(1, 255), locator(1, 1)], [63, 1]],
  [
    'sixteen of which one has it all but nothing',
    [locator(1, 255), ...Array<ForwardingLocator>(15).fill(locator(1, 1))],
    [49, ...Array<number>(15).fill(1)],
  ],
  ['the lowest priority wins', [locator(2, 100), locator(1, 1)], [0, 64]],
  ['a locator that is down is left out', [locator(1, 50, false), locator(1, 50)], [0, 64]],
  ['the next priority when the best is down', [locator(1, 50, false), locator(2, 50)], [0, 64]],
  ['priority 255 is never used', [locator(255, 100)], [0]],
  ['nothing is up', [locator(1, 100, false)], [0]],
  ['no locators', [], []],
];
for (const [title, locators, expected] of cases)
  test(`buckets: ${title}`, (t) => {
    t.deepEqual(counts(locators), expected);
    t.is(spread(locators, 64).length, 64);
  });

test('a locator-set honours weights of 1:255', (t) => {
  t.deepEqual(counts([locator(1, 1), locator(1, 255)], xtr_constants.XTR_BUCKETS), [1, 255]);
});

test('any weights: all buckets are used, none is starved, and more weight never has fewer buckets', (t) => {
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
