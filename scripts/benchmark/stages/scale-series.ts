// SPDX-License-Identifier: Apache-2.0
import type { TableSpec } from '#scripts/packets/eids.js';
import type { FlowSpec } from '#scripts/packets/flows.js';
import type { Popularity } from '#scripts/packets/zipf.js';
import { toRemote } from './mixes.js';

export const POPULARITIES: readonly Popularity[] = ['uniform', 'zipf'];

/** Sizes come in ascending order: a table grows from one to the next. */
export const TABLES: readonly TableSpec[] = ([4, 6] as const).flatMap((family) =>
  (['internet', 'campus'] as const).flatMap((shape) =>
    [1, 1000, 10_000, 100_000, 1_000_000].map((entries) => ({ family, shape, entries })),
  ),
);

/** Something that is measured again with each table. */
export interface ScaleSeries {
  readonly name: string;
  readonly kind: 'throughput' | 'cost';
  /** What runs: the product, or the bare redirect with the same packets. */
  readonly target: 'eid' | 'bare';
  /** The router with the table, or the one with a single mapping. */
  readonly router: 'one' | 'many';
  readonly flows: FlowSpec;
}

/** Packets of a schedule: as many as the largest table has entries. Its length is the same for all that is compared. */
const SCHEDULE = 2 ** 20;
const PORTS = 4096;

export function tableName({ family, shape, entries }: TableSpec): string {
  return `v${family}-${shape}-${entries}`;
}

export function manyName(table: TableSpec, popularity: Popularity): string {
  return `${tableName(table)}-${popularity}`;
}

export function oneName(table: TableSpec): string {
  return `${tableName(table)}-one`;
}

export function costName(table: TableSpec, popularity: Popularity): string {
  return `${tableName(table)}-${popularity}-cost`;
}

export function bareCostName(table: TableSpec, popularity: Popularity): string {
  return `${tableName(table)}-${popularity}-bare-cost`;
}

export function seriesOfTable(table: TableSpec): ScaleSeries[] {
  const one = { ...toRemote({ eid: table.family, rloc: 4 }), packets: SCHEDULE, ports: PORTS };
  const many = (popularity: Popularity): FlowSpec => ({ ...one, to: { table }, popularity });
  return [
    { name: oneName(table), kind: 'throughput', target: 'eid', router: 'one', flows: one },
    ...POPULARITIES.flatMap((popularity): ScaleSeries[] => {
      const shared = { router: 'many', flows: many(popularity) } as const;
      return [
        { ...shared, name: manyName(table, popularity), kind: 'throughput', target: 'eid' },
        { ...shared, name: costName(table, popularity), kind: 'cost', target: 'eid' },
        { ...shared, name: bareCostName(table, popularity), kind: 'cost', target: 'bare' },
      ];
    }),
  ];
}
