// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { IntervalLimiter, TokenBuckets } from '#control/kit/rate-limit.js';

test('one key is allowed once per interval', (t) => {
  const limiter = new IntervalLimiter(3000, 10);
  t.deepEqual(
    [0, 1, 2999, 3000, 5999, 6000].map((now) => limiter.allow('a', now)),
    [true, false, false, true, false, true],
  );
});

test('keys do not limit each other', (t) => {
  const limiter = new IntervalLimiter(3000, 10);
  t.true(limiter.allow('a', 0));
  t.true(limiter.allow('b', 0));
  t.false(limiter.allow('a', 1));
});

test('a refused action does not extend the interval', (t) => {
  const limiter = new IntervalLimiter(3000, 10);
  t.true(limiter.allow('a', 0));
  t.false(limiter.allow('a', 2999));
  t.true(limiter.allow('a', 3000));
});

test('interval 0 allows everything and stores nothing', (t) => {
  const limiter = new IntervalLimiter(0, 10);
  t.true(limiter.allow('a', 0));
  t.true(limiter.allow('a', 0));
  t.is(limiter.size, 0);
});

test('at the limit the oldest key is evicted', (t) => {
  const limiter = new IntervalLimiter(3000, 2);
  for (const [now, key] of ['a', 'b', 'c'].entries()) t.true(limiter.allow(key, now));
  t.is(limiter.size, 2);
  t.false(limiter.allow('c', 3));
  t.false(limiter.allow('b', 3));
  t.true(limiter.allow('a', 3));
});

test('a key that was allowed again is no longer the oldest', (t) => {
  const limiter = new IntervalLimiter(10, 3);
  for (const key of ['a', 'b']) limiter.allow(key, 0);
  t.true(limiter.allow('a', 10));
  t.true(limiter.allow('c', 11));
  t.true(limiter.allow('d', 11));
  t.false(limiter.allow('a', 12));
});

test('the table shrinks after a burst', (t) => {
  const limiter = new IntervalLimiter(10, 1000);
  for (let i = 0; i < 1000; i++) limiter.allow(`burst ${i}`, 0);
  for (let i = 0; i < 1000; i++) limiter.allow(`later ${i}`, 1000 + i * 10);
  t.true(limiter.size < 10);
});

test('a token bucket allows its burst, then its rate', (t) => {
  const buckets = new TokenBuckets(10, 3, 10);
  const take = (now: number) => buckets.take('a', now);
  t.deepEqual([0, 0, 0, 0, 99, 100, 100].map(take), [true, true, true, false, false, true, false]);
  t.deepEqual([10_000, 10_000, 10_000, 10_000].map(take), [true, true, true, false]);
  t.true(buckets.take('b', 10_000));
});

test('token buckets are bounded: unused ones are evicted before used ones', (t) => {
  const buckets = new TokenBuckets(1, 2, 100);
  buckets.take('a', 0);
  buckets.take('a', 0);
  for (let i = 0; i < 1000; i++) {
    buckets.take(`${i}`, 0);
    t.true(buckets.size <= 100);
  }
  t.true(buckets.take('a', 0), 'forgotten: it was not used meanwhile');
  t.true(buckets.take('999', 0));
  t.false(buckets.take('999', 0));
});
