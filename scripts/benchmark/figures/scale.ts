// SPDX-License-Identifier: Apache-2.0
import { differences, type Figure, ratios, seriesOf } from '#scripts/benchmark/figure.js';
import { memoryReadSeries, memoryReadStage, TABLES_MB } from '#scripts/benchmark/stages/memory-read.js';
import { scaleStage } from '#scripts/benchmark/stages/scale.js';
import {
  bareCostName,
  costName,
  manyName,
  oneName,
  POPULARITIES,
  TABLES,
} from '#scripts/benchmark/stages/scale-series.js';
import type { TableSpec } from '#scripts/packets/eids.js';
import type { Popularity } from '#scripts/packets/zipf.js';

const shared = { group: 'Map-cache of many entries', stage: scaleStage } as const;

/** What is known to keep the ratios short where they are. */
const SHORT =
  'a packet to an EID that no packet went to just before reads the index and a counter, from memory that caches do not hold: one such read takes what the row "Reading a table of 32 MB" says, while the packet of the single EID takes the inverse of the row "Encapsulated" as a whole';

/** 'a million random EIDs' is meant of both kinds of table. */
export function targetOf({ family, entries }: TableSpec, popularity: Popularity): number | undefined {
  if (entries === 1_000_000 && popularity === 'uniform') return family === 4 ? 0.65 : 0.5;
  return entries === 100_000 && popularity === 'zipf' ? 0.85 : undefined;
}

export type ScaleFigure = 'ratio' | 'cost';

export function scaleFigureName(kind: ScaleFigure, table: TableSpec, popularity: Popularity): string {
  return `scale-${kind === 'cost' ? 'cost-' : ''}${manyName(table, popularity)}`;
}

/** In a quick run: what has a target, for one kind of table, and no cost. */
function isSlow(table: TableSpec, popularity: Popularity): boolean {
  return table.shape !== 'internet' || targetOf(table, popularity) === undefined;
}

function textOf({ family, shape, entries }: TableSpec, popularity: Popularity): string {
  const prefixes = shape === 'internet' ? 'prefixes as in an Internet table' : 'host routes as in a campus';
  return `${entries.toLocaleString('en')} IPv${family} ${prefixes}, ${popularity === 'zipf' ? 'Zipf 1.0' : 'uniform'}`;
}

function figuresOf(table: TableSpec, popularity: Popularity): Figure[] {
  const least = targetOf(table, popularity);
  const [many, one] = [manyName(table, popularity), oneName(table)];
  const [run, bare] = [costName(table, popularity), bareCostName(table, popularity)];
  const text = textOf(table, popularity);
  return [
    {
      ...{
        ...shared,
        name: scaleFigureName('ratio', table, popularity),
        title: `${text} / 1 EID`,
        unit: 'ratio',
      },
      how: 'packets encapsulated a second, over those of a router with one mapping',
      series: [many, one],
      slow: isSlow(table, popularity),
      ...(least === undefined ? {} : { target: { least }, reasonIfShort: SHORT }),
      values: (samples) => ratios(samples, many, one),
    },
    {
      ...{
        ...shared,
        name: scaleFigureName('cost', table, popularity),
        title: `${text}: added to a bare redirect`,
        unit: 'ns',
      },
      how: 'test runs: eid_ingress minus the bare redirect, with the same packets',
      series: [run, bare],
      slow: true,
      values: (samples) => differences(samples, run, bare),
    },
  ];
}

/** What the machine's caches and memory make of a lookup. */
const memoryReads = TABLES_MB.map((table_MB): Figure => {
  const series = memoryReadSeries(table_MB);
  return {
    ...{
      group: shared.group,
      stage: memoryReadStage,
      name: `memory-${series}`,
      unit: 'ns',
      series: [series],
    },
    title: `Reading a table of ${table_MB} MB at a random place`,
    how: 'an array of the kernel, read by an XDP program under test runs, each place when the one before is known',
    values: (samples) => seriesOf(samples, series),
  };
});

export const scaleFigures: readonly Figure[] = [
  ...TABLES.flatMap((table) =>
    POPULARITIES.filter((popularity) => table.entries > 1 || popularity === 'uniform').flatMap((popularity) =>
      figuresOf(table, popularity),
    ),
  ),
  ...memoryReads,
];
