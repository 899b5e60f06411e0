// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { DeadlineHeap, NOT_IN_HEAP } from '#control/kit/deadline-heap.js';

interface Item {
  readonly name: number;
  heapIndex: number;
}

const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, name) => ({ name, heapIndex: NOT_IN_HEAP }));

test('an item that was taken is in no heap and can be set again', (t) => {
  const heap = new DeadlineHeap<Item>();
  const [item] = items(1) as [Item];
  heap.set(item, 10);
  t.is(heap.at(item), 10);
  t.deepEqual(heap.take(9, 1), []);
  t.deepEqual(heap.take(10, 1), [item]);
  t.is(item.heapIndex, NOT_IN_HEAP);
  t.is(heap.at(item), undefined);
  heap.set(item, 20);
  t.is(heap.next(), 20);
});

test('it behaves like a sorted list, and each item has the right index', (t) => {
  const step = fc.record({
    name: fc.nat(20),
    at: fc.nat(100),
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'take'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const all = items(21);
      const heap = new DeadlineHeap<Item>();
      const model = new Map<Item, number>();
      for (const { kind, name, at } of steps) {
        const item = all[name] as Item;
        if (kind === 'set') {
          heap.set(item, at);
          model.set(item, at);
        } else if (kind === 'delete') {
          heap.delete(item);
          model.delete(item);
        } else {
          const taken = heap.take(at, 4);
          const due = [...model.values()].filter((deadline) => deadline <= at).sort((a, b) => a - b);
          t.deepEqual(
            taken.map((one) => model.get(one)),
            due.slice(0, 4),
          );
          for (const one of taken) model.delete(one);
        }
        t.is(heap.size, model.size);
        t.is(heap.next(), model.size === 0 ? undefined : Math.min(...model.values()));
        for (const one of all) t.is(heap.at(one), model.get(one));
      }
    }),
  );
});
