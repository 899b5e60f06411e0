// SPDX-License-Identifier: Apache-2.0
import type { Unit } from '#scripts/benchmark/figure.js';
import type { Plot } from '#scripts/benchmark/output/plot.js';
import type { Report, ReportedFigure } from '#scripts/benchmark/output/report.js';
import { type Bar, barChart } from '#scripts/benchmark/output/svg/bar-chart.js';
import { formatValue } from '#scripts/benchmark/output/text.js';

interface BarPlot {
  readonly file: string;
  readonly title: string;
  readonly what: string;
  readonly axis: string;
  readonly unit: Unit;
  /** Which figures, by the beginnings of their names; each beginning has a colour of its own. */
  readonly prefixes: readonly string[];
}

const PLOTS: readonly BarPlot[] = [
  {
    file: 'throughput',
    title: 'Throughput over veth, 64-byte packets, one CPU',
    what: 'Same namespaces, same rounds.',
    ...{ axis: 'million packets a second', unit: 'pps' },
    prefixes: ['pps-generator', 'pps-bare', 'pps-encapsulated', 'pps-decapsulated', 'pps-kernel'],
  },
  {
    file: 'throughput-ratios',
    title: 'Throughput over that of a bare XDP redirect',
    what: 'Ratios within each round.',
    ...{ axis: 'packets a second / bare', unit: 'ratio' },
    prefixes: ['encapsulated-v', 'decapsulated-v', 'through-both'],
  },
  {
    file: 'cost',
    title: 'Cost of a packet by test runs',
    what: 'Without driver and queues; restoring the packet is taken off.',
    ...{ axis: 'nanoseconds', unit: 'ns' },
    prefixes: ['cost-bare', 'cost-encapsulate', 'cost-decapsulate', 'cost-reencapsulate', 'cost-miss'],
  },
  {
    file: 'programming',
    title: 'Mappings into the maps of the kernel',
    what: 'From JavaScript, a second of CPU time.',
    ...{ axis: 'mappings a second', unit: 'per second' },
    prefixes: ['program-'],
  },
  {
    file: 'mapping-system',
    title: 'Map-Server and Map-Resolver, one CPU',
    what: 'HMAC-SHA-256.',
    ...{ axis: 'messages a second', unit: 'per second' },
    prefixes: ['ms-requests', 'ms-registers'],
  },
];

const WHISKERS = 'Bars: medians. Whiskers: half of the rounds.';

export function barPlots({ figures }: Report): Plot[] {
  return PLOTS.flatMap((plot) => {
    const chosen = figures.filter(
      ({ name, unit }) => unit === plot.unit && plot.prefixes.some((prefix) => name.startsWith(prefix)),
    );
    const [first] = chosen;
    if (first === undefined) return [];
    const { file, title } = plot;
    return [{ file, title, group: first.group, svg: draw(plot, chosen) }];
  });
}

function draw({ title, what, axis, unit, prefixes }: BarPlot, figures: readonly ReportedFigure[]): string {
  return barChart({
    ...{ title, axis },
    subtitle: `${what} ${WHISKERS}`,
    bars: figures.map((figure) => barOf(figure, prefixes)),
    format: (value) => formatValue(value, unit),
    formatTick: (value) => tick(value, unit),
  });
}

function tick(value: number, unit: Unit): string {
  if (unit === 'pps') return (value / 1e6).toLocaleString('en');
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}

function barOf({ name, title, distribution, target }: ReportedFigure, prefixes: readonly string[]): Bar {
  const aim = target && ('least' in target ? target.least : target.most);
  return {
    label: title,
    value: distribution.median,
    ...{ low: distribution.p25, high: distribution.p75 },
    kind: prefixes.findIndex((prefix) => name.startsWith(prefix)),
    ...(aim === undefined ? {} : { target: aim }),
  };
}
