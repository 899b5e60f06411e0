// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { analyse, type PhaseResult } from '#scripts/story/traffic/analyse.js';
import { onOneClock } from '#scripts/story/traffic/clocks.js';

const PHASES = [
  { name: 'before', from_ms: 100 },
  { name: 'after', from_ms: 103 },
];
/** One packet a millisecond. */
const SENT = { times_ms: [100, 101, 102, 103, 104, 105], refused: 0 };

/** Packets in the order of arrival, each half a millisecond after it was sent. */
function arrived(...sequences: readonly number[]): [PhaseResult, PhaseResult] {
  const packets = sequences.map((n) => [n, 100 + n, 100.5 + n] as const);
  const [before, after] = analyse(SENT, { packets }, PHASES);
  return [before!, after!];
}

test('packets are told apart by when they were sent', (t) => {
  const [before, after] = arrived(0, 1, 2, 3, 4, 5);
  t.like(before, { phase: 'before', sent: 3, lost: 0, duplicated: 0, reordered: 0 });
  t.like(after, { phase: 'after', sent: 3, lost: 0, duplicated: 0, reordered: 0 });
});

test('a packet that did not arrive is lost in its own phase', (t) => {
  const [before, after] = arrived(0, 1, 3, 5);
  t.like(before, { lost: 1, lostBeforeEnd_ms: { first: 1, last: 1 } });
  t.like(after, { lost: 1, lostBeforeEnd_ms: { first: 1, last: 1 } });
});

test('a packet that arrived twice is a duplicate, and not lost', (t) => {
  const [before] = arrived(0, 1, 1, 2, 3, 4, 5);
  t.like(before, { lost: 0, duplicated: 1, reordered: 0 });
});

test('a packet that was overtaken is reordered', (t) => {
  const [before, after] = arrived(0, 3, 1, 2, 4, 5);
  t.is(before.reordered, 2);
  t.is(after.reordered, 0);
});

test('the longest gap and the latency come from the times of arrival', (t) => {
  const packets = [
    [0, 100, 100.25],
    [1, 101, 101.5],
    [2, 102, 110],
  ] as const;
  const [before] = analyse(SENT, { packets }, PHASES);
  t.is(before?.longestGap_ms, 8.5);
  t.deepEqual(before?.latency_ms, { median: 0.5, highest: 8 });
});

test('nothing arrived', (t) => {
  const [before, after] = arrived();
  t.like(before, { sent: 3, lost: 3, lostBeforeEnd_ms: { first: 3, last: 1 }, longestGap_ms: 0 });
  t.like(after, { sent: 3, lost: 3 });
});

test('times of ends whose clocks differ are brought to one', (t) => {
  const sent = { times_ms: [1, 2], refused: 1 };
  const received = { packets: [[0, 1, 51] as const, [1, 2, 52.5] as const] };
  const [ours, theirs] = onOneClock(sent, received, { sender_ms: 100, receiver_ms: 50.5 });
  t.deepEqual(ours, { times_ms: [101, 102], refused: 1 });
  t.deepEqual(theirs.packets, [
    [0, 101, 101.5],
    [1, 102, 103],
  ]);
});
