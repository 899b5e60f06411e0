// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { FIGURES } from '#scripts/benchmark/figures/index.js';
import { stagesOf } from '#scripts/benchmark/run.js';
import { parseOptions, USAGE, UsageError } from '#scripts/benchmark/options.js';
import { takenFor } from '#scripts/benchmark/stages/throughput.js';

test('every figure says what it is, how it is measured and in what unit', (t) => {
  for (const { name, title, how, group, unit, series } of FIGURES) {
    t.regex(name, /^[a-z0-9-]+$/);
    for (const text of [title, how, group, unit]) t.not(text.trim(), '', name);
    t.true(series.length > 0, name);
  }
});

test('names of figures are unique', (t) => {
  t.is(new Set(FIGURES.map(({ name }) => name)).size, FIGURES.length);
});

test('titles are unique within a group', (t) => {
  const titles = FIGURES.map(({ group, title }) => `${group}: ${title}`);
  t.deepEqual(
    titles.filter((title, i) => titles.indexOf(title) !== i),
    [],
  );
});

test('names of stages are unique', (t) => {
  const names = stagesOf(FIGURES).map(({ name }) => name);
  t.is(new Set(names).size, names.length);
});

test('a quick run has a figure of every stage', (t) => {
  t.deepEqual(stagesOf(parseOptions(['--quick']).figures), stagesOf(FIGURES));
});

test('--only takes names and beginnings', (t) => {
  const { figures } = parseOptions(['--only', 'cost-added', '--only', 'pps-*']);
  t.true(figures.length > 2);
  t.true(figures.every(({ name }) => name === 'cost-added' || name.startsWith('pps-')));
});

test('with live frames one bare redirect is measured, also for decapsulation alone', (t) => {
  const { figures } = parseOptions(['--only', 'decapsulated-*']);
  const wanted = [...new Set(figures.flatMap(({ series }) => series))];
  const taken = wanted.map((name) => takenFor(name, 'live-frame'));
  t.true(taken.includes('bare-v4') && taken.includes('bare-v6'));
  t.false(taken.some((name) => name.startsWith('bare-live-')));
  t.deepEqual(
    wanted.map((name) => takenFor(name, 'pktgen')),
    wanted,
  );
});

test('unknown options are refused with a hint', (t) => {
  t.throws(() => parseOptions(['--only', 'nothing-like-it']), { instanceOf: UsageError, message: /--list/ });
  t.throws(() => parseOptions(['--fast']), { instanceOf: UsageError, message: /--fast/ });
  t.throws(() => parseOptions(['stray']), { instanceOf: UsageError, message: /stray/ });
});

test('the usage names every option', (t) => {
  for (const option of ['--quick', '--out', '--only', '--generator', '--list', '--help'])
    t.true(USAGE.includes(`  ${option} `), option);
});
