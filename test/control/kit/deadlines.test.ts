// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { DeadlineQueue } from '#control/kit/deadlines.js';

test('due items are returned earliest first, at most the limit', (t) => {
  const queue = new DeadlineQueue<string>();
  queue.set('c', 30);
  queue.set('a', 10);
  queue.set('b', 20);
  t.is(queue.next(), 10);
  t.deepEqual(queue.take(20, 1), ['a']);
  t.deepEqual(queue.take(20, 9), ['b']);
  t.deepEqual(queue.take(20, 9), []);
  t.is(queue.next(), 30);
});

test('an item has one deadline, the last one set', (t) => {
  const queue = new DeadlineQueue<string>();
  queue.set('a', 10);
  queue.set('a', 50);
  t.deepEqual(queue.take(49, 9), []);
  queue.set('a', 20);
  t.is(queue.at('a'), 20);
  t.deepEqual(queue.take(100, 9), ['a']);
  t.is(queue.next(), undefined);
});

test('a deleted item is never returned', (t) => {
  const queue = new DeadlineQueue<string>();
  queue.set('a', 10);
  queue.delete('a');
  t.is(queue.next(), undefined);
  t.is(queue.size, 0);
});

test('it behaves like a sorted list', (t) => {
  const step = fc.record({
    item: fc.integer({ min: 0, max: 30 }),
    at: fc.integer({ min: 0, max: 1000 }),
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'take'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new DeadlineQueue<number>();
      const model = new Map<number, number>();
      for (const { kind, item, at } of steps) {
        if (kind === 'set') {
          queue.set(item, at);
          model.set(item, at);
        } else if (kind === 'delete') {
          queue.delete(item);
          model.delete(item);
        } else {
          const taken = queue.take(at, 5).map((one) => model.get(one));
          const due = [...model.values()].filter((deadline) => deadline <= at).sort((a, b) => a - b);
          t.deepEqual(taken, due.slice(0, 5));
          for (const one of model.keys()) if (queue.at(one) === undefined) model.delete(one);
        }
        t.is(queue.size, model.size);
        t.is(queue.next(), model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});
