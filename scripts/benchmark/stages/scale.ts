// SPDX-License-Identifier: Apache-2.0
// Throughput and cost of encapsulation with map-caches of all sizes. Two routers are there at the same time, configured
// alike: one has a single mapping, the other has many.
import { parseAddress } from '../../../src/addr/index.js';
import type { Context, Samples, Stage } from '../figure.js';
import { interleave, type Measure } from '../interleave.js';
import { FIRST_REMOTE_RLOC, WEST } from '../site/addresses.js';
import { type AddedRouter, DataPlane } from '../site/data-plane.js';
import type { TableSpec } from '../workload/eids.js';
import { cost } from './cost-run.js';
import { throughput } from './course.js';
import { hostFrame, mapRemotes } from './mixes.js';
import { type ScaleSeries, seriesOfTable, tableName, TABLES } from './scale-series.js';

const ROUNDS = { quick: 7, full: 21 } as const;
const BURST_ms = { throughput: { quick: 40, full: 100 }, cost: { quick: 15, full: 40 } } as const;
const RLOCS = 256;

interface Place {
  readonly dataPlane: DataPlane;
  readonly one: AddedRouter;
  readonly many: AddedRouter;
  readonly length: 'quick' | 'full';
}

/** Streams are named without the table, so that those of the next table take their place. */
async function measureOf(place: Place, series: ScaleSeries, table: TableSpec): Promise<Measure> {
  const { router, intoHost } = place[series.router];
  const { host, up } = router.links;
  const { kind, flows, target, name } = series;
  const burst_ms = BURST_ms[kind][place.length];
  const frame = hostFrame(table.family, { fromMac: intoHost.mac, toMac: host.mac });
  const stream = name.slice(tableName(table).length);
  if (kind === 'cost')
    return cost(router, stream, { target, frame, flows, ifindex: host.ifindex }, 'redirect', burst_ms);
  const course = {
    stream: { frame, flows, device: intoHost },
    sink: up.far,
    arrival: 'lisp',
    liveFrame: true,
  } as const;
  return throughput(place.dataPlane, stream, course, burst_ms);
}

async function build(dataPlane: DataPlane, length: Place['length']): Promise<Place> {
  const add = async (name: string): Promise<AddedRouter> =>
    dataPlane.addRouter(name, await dataPlane.network.namespace(name), WEST);
  const place = { dataPlane, length, one: await add('one'), many: await add('many') };
  await mapRemotes(place.one.router);
  return place;
}

/** All tables of one family and shape, on routers of their own. */
async function grow(
  tables: readonly TableSpec[],
  wanted: ReadonlySet<string>,
  context: Context,
): Promise<Samples> {
  const { quick, say } = context;
  const length = quick ? 'quick' : 'full';
  const [source, firstRloc] = [WEST.rloc[4], FIRST_REMOTE_RLOC[4]].map(parseAddress) as [never, never];
  return DataPlane.with(context, async (dataPlane) => {
    const place = await build(dataPlane, length);
    const samples = new Map<string, readonly number[]>();
    let loaded = 0;
    for (const table of tables) {
      say(`map-cache: ${tableName(table)}`);
      await place.many.router.process.call('load', { table, from: loaded, source, firstRloc, rlocs: RLOCS });
      loaded = table.entries;
      const measures = new Map<string, Measure>();
      for (const series of seriesOfTable(table))
        if (wanted.has(series.name)) measures.set(series.name, await measureOf(place, series, table));
      for (const [name, values] of await interleave(measures, ROUNDS[length])) samples.set(name, values);
    }
    return samples;
  });
}

export const scaleStage: Stage = {
  name: 'scale',

  async run(wanted, context) {
    const needed = TABLES.filter((table) => seriesOfTable(table).some(({ name }) => wanted.has(name)));
    const samples = new Map<string, readonly number[]>();
    for (const family of [4, 6])
      for (const shape of ['internet', 'campus']) {
        const tables = needed.filter((table) => table.family === family && table.shape === shape);
        if (tables.length === 0) continue;
        for (const [name, values] of await grow(tables, wanted, context)) samples.set(name, values);
      }
    return samples;
  },
};
