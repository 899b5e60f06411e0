// SPDX-License-Identifier: Apache-2.0
// Throughput and cost of encapsulation with map-caches of all sizes. For each, two routers are there at the same time,
// configured alike: one has a single mapping, the other has many.
import { parseAddress } from '#addr/index.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import { interleave, type Measure } from '#scripts/benchmark/interleave.js';
import { FIRST_REMOTE_RLOC, WEST } from '#scripts/benchmark/site/addresses.js';
import { type AddedRouter, DataPlane } from '#scripts/benchmark/site/data-plane.js';
import type { TableSpec } from '#scripts/packets/eids.js';
import { cost } from './cost-run.js';
import { throughput } from './course.js';
import { hostFrame, mapRemotes } from './mixes.js';
import { type ScaleSeries, seriesOfTable, tableName, TABLES } from './scale-series.js';

const ROUNDS = { quick: 3, full: 9 } as const;
/** Longer than ways to locators are remembered: finding them again is part of what is measured. */
const BURST_ms = { quick: 150, full: 250 } as const;
const RLOCS = 256;
/** Additional room for the entries of the site. */
const CONFIGURED = 1024;

interface Place {
  readonly dataPlane: DataPlane;
  readonly one: AddedRouter;
  readonly many: AddedRouter;
  readonly length: 'quick' | 'full';
}

async function measureOf(place: Place, series: ScaleSeries, table: TableSpec): Promise<Measure> {
  const { router, intoHost } = place[series.router];
  const { host, up } = router.links;
  const { kind, flows, target, name } = series;
  const burst_ms = BURST_ms[place.length];
  const frame = hostFrame(table.family, { fromMac: intoHost.mac, toMac: host.mac });
  if (kind === 'cost')
    return cost(router, name, { target, frame, flows, ifindex: host.ifindex }, 'redirect', burst_ms);
  const course = {
    stream: { frame, flows, device: intoHost },
    sink: up.far,
    arrival: 'lisp',
    liveFrame: true,
  } as const;
  return throughput(place.dataPlane, name, course, burst_ms);
}

/** Both are configured for this table, but not for fewer entries than by default. */
async function build(
  dataPlane: DataPlane,
  length: Place['length'],
  { family, entries }: TableSpec,
): Promise<Place> {
  const mapCacheEntries = Math.max(DEFAULT_XTR_LIMITS.mapCacheEntries, entries + CONFIGURED);
  const add = async (name: string): Promise<AddedRouter> =>
    dataPlane.addRouter(name, await dataPlane.network.namespace(name), WEST, { mapCacheEntries });
  const place = { dataPlane, length, one: await add('one'), many: await add('many') };
  await mapRemotes(place.one.router, [{ eid: family, rloc: 4 }]); // as seriesOfTable() sends to it
  return place;
}

async function measureTable(
  table: TableSpec,
  wanted: ReadonlySet<string>,
  context: Context,
): Promise<Samples> {
  const { quick, say } = context;
  const length = quick ? 'quick' : 'full';
  const [source, firstRloc] = [WEST.rloc[4], FIRST_REMOTE_RLOC[4]].map(parseAddress) as [never, never];
  return DataPlane.with(context, async (dataPlane) => {
    const place = await build(dataPlane, length, table);
    say(`map-cache: ${tableName(table)}`);
    await place.many.router.process.call('load', { table, source, firstRloc, rlocs: RLOCS });
    const measures = new Map<string, Measure>();
    for (const series of seriesOfTable(table))
      if (wanted.has(series.name)) measures.set(series.name, await measureOf(place, series, table));
    return interleave(measures, ROUNDS[length]);
  });
}

export const scaleStage: Stage = {
  name: 'scale',

  async run(wanted, context) {
    const needed = TABLES.filter((table) => seriesOfTable(table).some(({ name }) => wanted.has(name)));
    const samples = new Map<string, readonly number[]>();
    for (const table of needed)
      await context.part(tableName(table), async () => {
        for (const [name, values] of await measureTable(table, wanted, context)) samples.set(name, values);
      });
    return samples;
  },
};
