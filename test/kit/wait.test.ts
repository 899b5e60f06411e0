// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { eventually, NotSeen, until, withTimeout } from '#scripts/kit/wait.js';

const POLL_ms = 1;

test('a condition that holds later is seen, and polling ends', async (t) => {
  let polls = 0;
  t.true(await eventually(() => ++polls === 3, 60_000, POLL_ms));
  t.is(polls, 3);
});

test('a condition that does not hold in time is polled at least once', async (t) => {
  let polls = 0;
  t.false(await eventually(async () => ++polls < 0, 0, POLL_ms));
  t.true(polls >= 1);
});

test('the error names the condition and the time', async (t) => {
  const error = await t.throwsAsync(
    until('the route', () => false, 20, POLL_ms),
    { instanceOf: NotSeen },
  );
  t.is(error.message, 'waited 0.02 s for the route');
});

test('an error of the condition ends the wait', async (t) => {
  const fails = (): boolean => {
    throw new Error('the agent has ended');
  };
  await t.throwsAsync(until('the agent', fails, 60_000, POLL_ms), { message: 'the agent has ended' });
});

test('withTimeout rejects if the promise is late, and else returns its value', async (t) => {
  const never = new Promise<void>(() => undefined);
  await t.throwsAsync(withTimeout(never, 10, 'a reply'), { message: 'waited 0.01 s for a reply' });
  t.is(await withTimeout(Promise.resolve(7), 60_000, 'a reply'), 7);
});
