// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { Figure } from '#scripts/benchmark/figure.js';
import { FIGURES } from '#scripts/benchmark/figures/index.js';
import { renderMarkdown } from '#scripts/benchmark/output/markdown.js';
import { renderPlots } from '#scripts/benchmark/output/plots.js';
import { type Report, summary } from '#scripts/benchmark/output/report.js';
import { renderTerminal } from '#scripts/benchmark/output/terminal.js';
import { ABOUT, sampleReport } from './sample-report.js';

function figure(more: Partial<Figure>): Figure {
  const stage = { name: 'somewhere', run: () => Promise.resolve(new Map()) };
  return {
    ...{ name: 'a', group: 'Group', title: 'Title', how: 'so', unit: 'ms', stage, series: ['s'] },
    values: () => [1, 2, 3, 4, 9],
    ...more,
  };
}

function lineWith(text: string, part: string): string | undefined {
  return text.split('\n').find((line) => line.includes(part));
}

test('report.json is read as it was written, and has every series', (t) => {
  const report = sampleReport();
  const read = JSON.parse(JSON.stringify(report)) as Report;
  t.deepEqual(read, report);
  t.is(read.format, 1);
  for (const { stage, series, name } of FIGURES)
    for (const each of series) t.is(read.series[stage.name]?.[each]?.length, 9, name);
});

test('a figure in report.json', (t) => {
  const [reported] = sampleReport([
    figure({ target: { most: 8 }, judged: 'p99', reasonIfShort: 'slow' }),
  ]).figures;
  t.deepEqual(reported, {
    ...{ name: 'a', group: 'Group', title: 'Title', how: 'so', unit: 'ms', stage: 'somewhere' },
    distribution: { median: 3, p25: 2, p75: 4, p99: 8.8, min: 1, max: 9, count: 5 },
    ...{ judged: 'p99', target: { most: 8 }, met: false, reason: 'slow' },
  });
});

test('a missing or invalid value is a failure and meets no target', (t) => {
  const valued = (...values: number[]) => figure({ target: { most: 8 }, values: () => values });
  t.throws(() => sampleReport([valued()]), { message: 'no round gave a value' });
  for (const value of [-Infinity, NaN])
    t.throws(() => sampleReport([valued(1, value)]), { message: /not a number/ });
});

test('the reason of a shortfall is not there where the target is met', (t) => {
  const [reported] = sampleReport([figure({ target: { most: 8 }, reasonIfShort: 'slow' })]).figures;
  t.true(reported?.met);
  t.false('reason' in reported!);
});

test('report.md: the machine, the verdicts, a row for each figure, what was not measured', (t) => {
  const figures = [
    figure({ target: { most: 2 }, reasonIfShort: 'the | is slow' }),
    figure({ name: 'b', title: 'Other', target: { least: 2 } }),
    figure({ name: 'c', title: 'Third', unit: 'ratio' }),
  ];
  const report = sampleReport(figures, [{ stage: 'elsewhere', message: 'no\nroom' }]);
  const text = renderMarkdown(report, []);
  t.true(
    text.startsWith('# Benchmark of 2026-05-04, quick\n\n3 figures, 1 of 2 targets met, 1 not measured.'),
  );
  t.regex(lineWith(text, '| CPU |') ?? '', /A CPU <of> 2026 & later, 2 CPUs, in a virtual machine/);
  t.regex(
    lineWith(text, '| noise |') ?? '',
    /half between 5\.\d\d and .*1\.2 % of the CPUs' time stolen.*load.* 0\.50/,
  );
  t.is(lineWith(text, '| Group: Title |'), '| Group: Title | 3.00 ms | <= 2.00 ms | short of it |');
  t.is(
    lineWith(text, '| Title |'),
    '| Title | 3.00 ms | 2.00 ms .. 4.00 ms | 8.80 ms | 5 | <= 2.00 ms | short of it | so |',
  );
  t.is(lineWith(text, '| Third |'), '| Third | 3.00 | 2.00 .. 4.00 | 8.80 | 5 | - |  | so |');
  t.true(text.includes('- Title: the | is slow'));
  t.true(text.includes('## Not measured\n\n- elsewhere: no room'));
});

test('report.md: a shortfall without a reason is reported as such', (t) => {
  const text = renderMarkdown(sampleReport([figure({ target: { most: 2 } })]), []);
  t.true(text.includes('- Title: the reason is not known'));
});

test('report.md: tables have as many cells in every row', (t) => {
  const report = sampleReport();
  const blocks = renderMarkdown(report, renderPlots(report)).split('\n\n');
  const tables = blocks.filter((block) => block.startsWith('|')).map((block) => block.trim().split('\n'));
  t.true(tables.length > 5);
  for (const rows of tables)
    t.is(new Set(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).size, 1, rows[0]);
});

test('report.md links each plot once', (t) => {
  const report = sampleReport();
  const plots = renderPlots(report);
  const links = [...renderMarkdown(report, plots).matchAll(/!\[.*\]\((.*)\)/g)].map(([, file]) => file);
  t.deepEqual([...links].sort(), plots.map(({ file }) => `${file}.svg`).sort());
});

test('the last line of the terminal sums up', (t) => {
  const figures = [
    figure({ target: { most: 2 } }),
    figure({ name: 'b', target: { least: 2 } }),
    figure({ name: 'c' }),
  ];
  t.is(summary(sampleReport(figures)), '3 figures, 1 of 2 targets met');
  const failed = sampleReport(figures, [{ stage: 'elsewhere', message: 'no room' }]);
  t.deepEqual(renderTerminal(failed).split('\n').slice(-2), [
    'not measured: elsewhere: no room',
    '3 figures, 1 of 2 targets met, 1 not measured',
  ]);
});

test('a quick report says so', (t) => {
  t.true(ABOUT.run.quick);
  t.regex(lineWith(renderMarkdown(sampleReport([figure({})]), []), '| run |') ?? '', /2 min 5 s, --quick/);
});
