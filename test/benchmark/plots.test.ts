// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { FIGURES } from '#scripts/benchmark/figures/index.js';
import { renderPlots } from '#scripts/benchmark/output/plots.js';
import { cdf } from '#scripts/benchmark/output/plots/cdf.js';
import { linearAxis, logAxis } from '#scripts/benchmark/output/svg/axis.js';
import { barChart } from '#scripts/benchmark/output/svg/bar-chart.js';
import { lineChart } from '#scripts/benchmark/output/svg/line-chart.js';
import { sampleReport } from './sample-report.js';
import { elementsOf, parseXml, type XmlElement } from './xml.js';

function numbersOf({ attributes }: XmlElement): number[] {
  const keys = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height'];
  const points = (attributes['points'] ?? '').split(/[ ,]/).filter((text) => text !== '');
  return [...keys.flatMap((key) => attributes[key] ?? []), ...points].map(Number);
}

test('every plot is well-formed, has a background, a title, and everything inside its frame', (t) => {
  const plots = renderPlots(sampleReport());
  t.deepEqual(
    plots.map(({ file }) => file),
    [
      ...['throughput', 'throughput-ratios', 'cost', 'programming', 'mapping-system'],
      ...['scale-ratio-v4', 'scale-ratio-v6', 'scale-cost-v4', 'scale-cost-v6', 'convergence', 'cold-start'],
    ],
  );
  for (const { file, title, svg } of plots) {
    const root = parseXml(svg);
    const [width, height] = [Number(root.attributes['width']), Number(root.attributes['height'])];
    const elements = [...elementsOf(root)];
    t.is(root.attributes['xmlns'], 'http://www.w3.org/2000/svg', file);
    t.true(
      elements.some(({ name, attributes: { fill } }) => name === 'rect' && fill === '#ffffff'),
      file,
    );
    t.true(
      elements.some(({ name, text }) => name === 'text' && text === title),
      file,
    );
    for (const value of elements.flatMap(numbersOf)) {
      t.true(Number.isFinite(value), file);
      t.true(value >= 0 && value <= Math.max(width, height), `${file}: ${value}`);
    }
  }
});

test('a plot without measurements is left out', (t) => {
  const cost = FIGURES.filter(({ stage }) => stage.name === 'cost');
  t.deepEqual(
    renderPlots(sampleReport(cost)).map(({ file }) => file),
    ['cost'],
  );
  t.deepEqual(renderPlots(sampleReport([])), []);
});

test('texts are escaped', (t) => {
  const svg = barChart({
    ...{ title: 'a < b & "c"', subtitle: '', axis: 'x' },
    bars: [{ label: '<tag>', value: 1, low: 1, high: 1 }],
    ...{ format: String, formatTick: String },
  });
  const texts = [...elementsOf(parseXml(svg))].map(({ text }) => text);
  t.true(texts.includes('a &lt; b &amp; &quot;c&quot;'));
  t.true(texts.includes('&lt;tag&gt;'));
});

test('a bar is as long as its value', (t) => {
  const bars = [2, 4].map((value) => ({ label: 'x', value, low: value, high: value }));
  const svg = barChart({ title: '', subtitle: '', axis: '', bars, format: String, formatTick: String });
  const widths = parseXml(svg)
    .children.filter(({ attributes }) => attributes['fill-opacity'])
    .map(({ attributes }) => Number(attributes['width']));
  t.is(widths.length, 2);
  t.true(Math.abs(widths[1]! - 2 * widths[0]!) < 0.1);
});

test('a line goes through its points', (t) => {
  const points = [1, 10, 100].map((x) => ({ x, y: 1 }));
  const chart = { title: '', subtitle: '', xAxis: '', yAxis: '', formatX: String, formatY: String };
  const root = parseXml(lineChart({ ...chart, lines: [{ label: 'one', points }] }));
  const [line] = [...elementsOf(root)].filter(({ name }) => name === 'polyline');
  const xs = line!.attributes['points']!.split(' ').map((point) => Number(point.split(',')[0]));
  t.true(Math.abs(xs[1]! - xs[0]! - (xs[2]! - xs[1]!)) < 0.2, 'powers of ten are as far from each other');
});

test('a linear axis begins at zero and ends at a round value', (t) => {
  const { ticks, position } = linearAxis(3.4, [0, 100]);
  t.deepEqual(ticks, [0, 1, 2, 3, 4]);
  t.deepEqual([0, 2, 4].map(position), [0, 50, 100]);
  t.deepEqual(linearAxis(0, [0, 100]).ticks.at(0), 0);
});

test('a logarithmic axis has the powers of ten around its values', (t) => {
  const { ticks, position } = logAxis(0.3, 40, [0, 300]);
  t.deepEqual(
    ticks.map((tick) => tick.toPrecision(1)),
    ['0.1', '1', '1e+1', '1e+2'],
  );
  t.is(Math.round(position(1)), 100);
});

test('a CDF rises from the least value to the greatest', (t) => {
  const points = cdf(Array.from({ length: 1000 }, (_, i) => 1000 - i));
  t.is(points.length, 200);
  t.deepEqual(
    [points[0], points.at(-1)],
    [
      { x: 1, y: 0 },
      { x: 1000, y: 100 },
    ],
  );
});
