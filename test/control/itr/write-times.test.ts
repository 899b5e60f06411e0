// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { WriteTimes } from '#control/itr/write-times.js';

test('the write time is the end of a slow turn, and the start of any other turn', (t) => {
  const writes = new WriteTimes();
  writes.add(1_000, 1_099);
  writes.add(2_000, 2_100);
  t.deepEqual(
    [1_000, 2_000, 3_000].map((began) => writes.of(began)),
    [1_000, 2_100, 3_000],
  );
});

test('at the limit the oldest turn is evicted', (t) => {
  const writes = new WriteTimes();
  for (let turn = 1; turn <= 17; turn++) writes.add(turn * 1_000, turn * 1_000 + 500);
  t.deepEqual(
    [1, 2, 17].map((turn) => writes.of(turn * 1_000)),
    [1_000, 2_500, 17_500],
  );
});
