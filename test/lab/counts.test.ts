// SPDX-License-Identifier: Apache-2.0
// The counters of `show statistics` that count as drops in the story.
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { countsOf } from '#scripts/story/acts/counts.js';
import type { StatisticsView } from '#core/service/views.js';
import { REASONS } from '#test/bpf/reasons.js';

interface Counted {
  readonly reasons?: Readonly<Record<string, number>>;
  readonly punts?: Readonly<Record<string, number>>;
  readonly datapath?: Readonly<Record<string, number>>;
  readonly control?: Readonly<Record<string, number>>;
}

function statistics({ reasons = {}, punts = {}, datapath = {}, control = {} }: Counted): StatisticsView {
  const traffic = (counted: Readonly<Record<string, number>>): StatisticsView['dataPath'] =>
    Object.fromEntries(
      Object.entries(counted).map(([name, packets]) => [name, { packets, bytes: 0 }] as const),
    );
  return { control, dataPath: traffic(reasons), punts: traffic(punts), adapters: { datapath } };
}

function dropsOf(before: Counted, after: Counted): Readonly<Record<string, number>> {
  return countsOf('a phase', 'xtr2', statistics(before), statistics(after)).drops;
}

const ALL_DROPS = dropsOf({}, { reasons: Object.fromEntries(REASONS.map((name) => [name, 1])) });
const PROGRAMS = readdirSync('bpf/lib', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.h'))
  .map((file) => readFileSync(`bpf/lib/${file}`, 'utf8'))
  .join('\n');

/** Reasons that the programs give to what matches; the last argument of a call, or the one before the verdict. */
function given(call: string): string[] {
  const pattern = new RegExp(String.raw`\b(?:${call})\([^;]*\bXTR_REASON_(\w+)(?:, XDP_DROP)?\);`, 'g');
  const names = [...PROGRAMS.matchAll(pattern)].map(([, name = '']) => name);
  return [...new Set(names)].map((name) => name.toLowerCase().replaceAll('_', '-'));
}

test('reasons of forwarded and passed packets are not drops', (t) => {
  const reasons = given('pass|redirect|tunnel_path');
  t.true(reasons.length > 5);
  for (const reason of reasons) t.false(reason in ALL_DROPS, reason);
});

test('reasons of dropped packets are drops, except for packets that the agent sends', (t) => {
  const reasons = given('drop|leave_bytes').filter(
    (name) => !['map-cache-miss', 'no-neighbour'].includes(name),
  );
  t.true(reasons.length > 5);
  for (const reason of reasons) t.true(reason in ALL_DROPS, reason);
});

test('an unknown reason is a drop', (t) => {
  t.deepEqual(dropsOf({}, { reasons: { 'of-a-later-version': 3, encapsulated: 7 } }), {
    'of-a-later-version': 3,
  });
});

test('the count is the increase in the phase; a restarted agent begins at zero', (t) => {
  const before = {
    reasons: { stale: 5, 'no-route': 2 },
    punts: { 'rate-limited': 1 },
    datapath: { sendErrors: 9, punts: 1 },
  };
  const after = {
    reasons: { stale: 8, 'no-route': 2 },
    punts: { 'rate-limited': 3, punted: 9 },
    datapath: { sendErrors: 4, punts: 3 },
  };
  t.deepEqual(dropsOf(before, after), { stale: 3, 'punt-rate-limited': 2, sendErrors: 4 });
  const counts = countsOf(
    'a phase',
    'xtr2',
    statistics({ control: { packetsHeld: 1, smrOut: 2 } }),
    statistics({ control: { packetsHeld: 4, smrOut: 1 }, reasons: { reencapsulated: 6 } }),
  );
  t.like(counts, { phase: 'a phase', router: 'xtr2', held: 3, released: 0, smrSent: 1, reencapsulated: 6 });
});
