// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { ChangeQueue, MAX_QUEUED_CHANGES } from '#netlink/monitor/change-queue.js';
import type { KernelChange } from '#netlink/monitor/monitor-messages.js';

function change(ifindex: number): KernelChange {
  const link = { name: '', ifindex, mac: new Uint8Array(), mtu: 0, up: true, kind: undefined };
  return { type: 'link', link, removed: false };
}

/** A queue whose reader accepts a batch only on request. */
function slowReader() {
  const batches: number[][] = [];
  let resynchronised = 0;
  let taken: () => void = () => undefined;
  const queue = new ChangeQueue(
    (changes, done) => {
      batches.push(changes.map((each) => (each.type === 'link' ? each.link.ifindex : -1)));
      taken = done;
    },
    () => resynchronised++,
  );
  return { queue, batches, take: () => taken(), resynchronised: () => resynchronised };
}

test('the first change is sent at once, the others in one batch when it was accepted', (t) => {
  const { queue, batches, take } = slowReader();
  for (const n of [1, 2, 3]) queue.push(change(n));
  t.deepEqual(batches, [[1]]);
  take();
  t.deepEqual(batches, [[1], [2, 3]]);
});

test('nothing is sent while the queue is paused', (t) => {
  const { queue, batches } = slowReader();
  queue.pause();
  queue.push(change(1));
  t.deepEqual(batches, []);
  queue.resume();
  t.deepEqual(batches, [[1]]);
});

test('changes beyond the limit are dropped, and a full dump replaces them', (t) => {
  const { queue, batches, take, resynchronised } = slowReader();
  queue.push(change(0));
  for (let n = 1; n <= MAX_QUEUED_CHANGES; n++) t.true(queue.push(change(n)));
  t.false(queue.push(change(-1)));
  t.false(queue.push(change(-2)));
  t.is(resynchronised(), 0, 'the reader is still busy');
  take();
  t.is(resynchronised(), 1);
  queue.push(change(7));
  t.deepEqual(batches, [[0], [7]]);
});
