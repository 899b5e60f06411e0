// SPDX-License-Identifier: Apache-2.0
import { coldStartCdf } from '#scripts/benchmark/figures/cold-start.js';
import { convergenceCdf } from '#scripts/benchmark/figures/convergence.js';
import { quantile } from '#scripts/benchmark/statistics.js';
import type { Plot } from '#scripts/benchmark/output/plot.js';
import type { Report } from '#scripts/benchmark/output/report.js';
import { type Line, lineChart, type Point } from '#scripts/benchmark/output/svg/line-chart.js';
import type { CdfSpec } from '#scripts/benchmark/figures/cdf-spec.js';

/** Points of a line: a CDF of 10,000 values needs no more. */
const POINTS = 200;
/** What a clock and a logarithmic axis can tell apart from zero. */
const LEAST_ms = 0.01;

export function cdfPlots(report: Report): Plot[] {
  return [convergenceCdf, coldStartCdf].flatMap((spec) => cdfPlot(report, spec));
}

function cdfPlot({ series }: Report, spec: CdfSpec): Plot[] {
  const lines = spec.series.flatMap(({ name, label }): Line[] => {
    const values = series[spec.stage]?.[name] ?? [];
    return values.length < 2
      ? []
      : [{ label: `${label} (${values.length.toLocaleString('en')})`, points: cdf(values) }];
  });
  if (lines.length === 0) return [];
  const { file, group, title, subtitle, xAxis, target_ms } = spec;
  const svg = lineChart({
    ...{ title, subtitle, xAxis, lines, yMost: 100 },
    yAxis: '% that took no longer',
    marks: [{ label: `target for 99 %: ${target_ms} ms`, at: { x: target_ms } }],
    formatX: (value) => `${value.toLocaleString('en')} ms`,
    formatY: String,
  });
  return [{ file, group, title, svg }];
}

export function cdf(values: readonly number[]): Point[] {
  const sorted = values.map((value) => Math.max(LEAST_ms, value)).sort((a, b) => a - b);
  const count = Math.min(POINTS, sorted.length);
  return Array.from({ length: count }, (_, i) => {
    const share = count === 1 ? 1 : i / (count - 1);
    return { x: quantile(sorted, share), y: 100 * share };
  });
}
