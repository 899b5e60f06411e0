// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { RecencyMap } from '#control/kit/recency-map.js';

const BOUND = 4;

test('it behaves like a Map whose keys are deleted and set again, and evicts the first key at the limit', (t) => {
  const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.nat())), (operations) => {
      const map = new RecencyMap<number>(BOUND);
      const model = new Map<string, number>();
      for (const [key, value] of operations) {
        map.set(key, value);
        model.delete(key);
        const [first] = model.size >= BOUND ? model.keys() : [];
        if (first !== undefined) model.delete(first);
        model.set(key, value);
        t.deepEqual(map.snapshot(), [...model]);
        t.is(map.size, model.size);
        for (const each of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) t.is(map.get(each), model.get(each));
      }
    }),
  );
});
