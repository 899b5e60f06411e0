// SPDX-License-Identifier: Apache-2.0
import { scaleFigureName, type ScaleFigure, targetOf } from '#scripts/benchmark/figures/scale.js';
import { POPULARITIES, TABLES } from '#scripts/benchmark/stages/scale-series.js';
import type { TableSpec } from '#scripts/packets/eids.js';
import type { Popularity } from '#scripts/packets/zipf.js';
import type { Plot } from '#scripts/benchmark/output/plot.js';
import type { Report, ReportedFigure } from '#scripts/benchmark/output/report.js';
import {
  type Line,
  type LineChart,
  lineChart,
  type Mark,
  type Point,
} from '#scripts/benchmark/output/svg/line-chart.js';

const SHAPES = ['internet', 'campus'] as const;

const TEXTS = {
  ratio: {
    title: (family: number) => `Throughput with many IPv${family} map-cache entries`,
    subtitle:
      'Encapsulated packets a second over those of a router with one mapping. Whiskers: half of the rounds.',
    ...{ yAxis: 'throughput / 1 EID', yMost: 1 },
  },
  cost: {
    title: (family: number) => `Cost with many IPv${family} map-cache entries`,
    subtitle: 'Added to a bare redirect of the same packets, test runs. Whiskers: half of the rounds.',
    ...{ yAxis: 'nanoseconds', yMost: 0 },
  },
} as const;

export function scalePlots({ figures }: Report): Plot[] {
  const known = new Map(figures.map((figure) => [figure.name, figure]));
  return (['ratio', 'cost'] as const).flatMap((kind) =>
    ([4, 6] as const).flatMap((family) => plotOf(known, kind, family)),
  );
}

function plotOf(known: ReadonlyMap<string, ReportedFigure>, kind: ScaleFigure, family: 4 | 6): Plot[] {
  const lines = SHAPES.flatMap((shape) =>
    POPULARITIES.flatMap((popularity) => lineOf(known, kind, { family, shape }, popularity)),
  );
  const group = TABLES.flatMap((table) => known.get(scaleFigureName(kind, table, 'uniform')) ?? [])[0]?.group;
  if (lines.length === 0 || group === undefined) return [];
  const { title: titled, subtitle, yAxis, yMost } = TEXTS[kind];
  const title = titled(family);
  const chart: LineChart = {
    ...{ title, subtitle, xAxis: 'map-cache entries', yAxis, yMost, lines, withDots: true },
    marks: kind === 'ratio' ? marksOf(family) : [],
    formatX: (value) => value.toLocaleString('en'),
    formatY: (value) => value.toLocaleString('en', { maximumFractionDigits: 2 }),
  };
  return [{ file: `scale-${kind}-v${family}`, group, title, svg: lineChart(chart) }];
}

function lineOf(
  known: ReadonlyMap<string, ReportedFigure>,
  kind: ScaleFigure,
  { family, shape }: Pick<TableSpec, 'family' | 'shape'>,
  popularity: Popularity,
): Line[] {
  const tables = TABLES.filter((table) => table.family === family && table.shape === shape);
  const points = tables.flatMap((table): Point[] => {
    // with one entry there is one way to choose it
    const figure = known.get(scaleFigureName(kind, table, table.entries === 1 ? 'uniform' : popularity));
    if (figure === undefined) return [];
    const { median, p25, p75 } = figure.distribution;
    return [{ x: table.entries, y: median, low: p25, high: p75 }];
  });
  if (!points.some(({ x }) => x > 1)) return [];
  const prefixes = shape === 'internet' ? 'Internet prefixes' : 'campus hosts';
  const label = `${prefixes}, ${popularity === 'zipf' ? 'Zipf 1.0' : 'uniform'}`;
  return [{ label, points, dashed: popularity === 'zipf', colour: SHAPES.indexOf(shape) }];
}

/** Targets about one size: short lines around it. */
function marksOf(family: 4 | 6): Mark[] {
  return TABLES.filter((table) => table.family === family && table.shape === 'internet').flatMap((table) =>
    POPULARITIES.flatMap((popularity): Mark[] => {
      const y = targetOf(table, popularity);
      if (y === undefined) return [];
      const label = `target, ${popularity === 'zipf' ? 'Zipf' : 'uniform'}`;
      return [{ label, at: { y, from: table.entries / 2.2, to: table.entries } }];
    }),
  );
}
