// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { Effect } from '#control/contract/effect.js';
import { MapCacheClearing } from '#control/itr/map-cache-clearing.js';
import { StoredEntry } from '#control/itr/map-cache-entry.js';

const NOW_ms = 1000;

function entries(count: number): StoredEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const eid = { instanceId: 0, prefix: { address: { family: 4, bits: BigInt(i) }, length: 32 } } as const;
    return new StoredEntry(eid, 'map-reply', { action: 'drop' }, undefined, NOW_ms);
  });
}

test('a small table is cleared at once, in order', (t) => {
  const clearing = new MapCacheClearing();
  const all = entries(3);
  const out: Effect[] = [];
  clearing.add(7, all, NOW_ms);
  t.is(clearing.nextDeadline(), NOW_ms);
  t.deepEqual(clearing.take(2, out), all.slice(0, 2));
  t.deepEqual(out, [{ type: 'cleared', token: 7, count: 3 }]);
  t.deepEqual(clearing.take(2, out), all.slice(2));
  t.is(clearing.nextDeadline(), undefined);
  t.deepEqual(clearing.take(2, out), []);
});

test('clearing an empty table ends at once', (t) => {
  const clearing = new MapCacheClearing();
  const out: Effect[] = [];
  clearing.add(7, [], NOW_ms);
  t.deepEqual(clearing.take(2, out), []);
  t.deepEqual(out, [{ type: 'cleared', token: 7, count: 0 }]);
  t.is(clearing.nextDeadline(), undefined);
});

test('a large table is scanned in slices, and entries learnt between two slices stay', (t) => {
  const clearing = new MapCacheClearing();
  const all = entries(20_000);
  const out: Effect[] = [];
  clearing.add(7, all, NOW_ms);
  t.deepEqual(clearing.take(512, out), []);
  t.deepEqual(out, []);
  t.is(clearing.nextDeadline(), NOW_ms);
  const renewed = all[19_999] as StoredEntry;
  renewed.programmedAt_ms = NOW_ms + 1;
  const gone: StoredEntry[] = [];
  for (let slices = 0; clearing.nextDeadline() !== undefined && slices < 100; slices++) {
    const slice = clearing.take(512, out);
    t.true(slice.length <= 512);
    gone.push(...slice);
  }
  t.deepEqual(out, [{ type: 'cleared', token: 7, count: 20_000 }]);
  t.is(gone.length, 19_999);
  t.false(gone.includes(renewed));
  t.is(new Set(gone).size, gone.length);
});

test('commands are handled one after the other', (t) => {
  const clearing = new MapCacheClearing();
  const out: Effect[] = [];
  const [first, second] = [entries(1), entries(2)];
  clearing.add(1, first, NOW_ms);
  clearing.add(2, second, NOW_ms + 1);
  t.deepEqual(clearing.take(9, out), first);
  t.deepEqual(clearing.take(9, out), second);
  t.is(clearing.nextDeadline(), undefined);
});
