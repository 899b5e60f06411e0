// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { SharedValues } from '#control/kit/shared-values.js';

const values = (): SharedValues<{ readonly text: string }> => new SharedValues(({ text }) => text);

test('equal values are stored once', (t) => {
  const shared = values();
  const first = { text: 'a' };
  t.is(shared.take(first), first);
  t.is(shared.take({ text: 'a' }), first);
  t.not(shared.take({ text: 'b' }), first);
  t.is(shared.size, 2);
});

test('a value is deleted with its last user', (t) => {
  const shared = values();
  const first = shared.take({ text: 'a' });
  shared.take({ text: 'a' });
  shared.release(first);
  t.is(shared.take({ text: 'a' }), first);
  shared.release(first);
  shared.release(first);
  t.is(shared.size, 0);
  const next = { text: 'a' };
  t.is(shared.take(next), next);
});

test('releasing an unknown value does nothing', (t) => {
  const shared = values();
  shared.release({ text: 'a' });
  t.is(shared.size, 0);
});
