// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { cpuTimes } from '#scripts/benchmark/noise.js';
import { distribution, quantile } from '#scripts/benchmark/statistics.js';

test('quantiles are interpolated', (t) => {
  t.is(quantile([1, 2, 3, 4], 0.5), 2.5);
  t.is(quantile([7], 0.99), 7);
  t.true(Number.isNaN(quantile([], 0.5)));
});

test('a distribution does not depend on the order', (t) => {
  t.deepEqual(distribution([5, 1, 3, 2, 4]), {
    median: 3,
    p25: 2,
    p75: 4,
    p99: 4.96,
    min: 1,
    max: 5,
    count: 5,
  });
});

test('the time of the CPUs, of /proc/stat', (t) => {
  const stat = 'cpu  10 1 20 300 4 0 5 60 7 8\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  t.deepEqual(cpuTimes(stat), { steal: 60, all: 400 });
});
