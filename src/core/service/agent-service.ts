// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, parseAddress, type ReadonlyEidTable } from '#addr/index.js';
import type { Xtr } from '#control/xtr.js';
import type { DataPath, Traffic } from '#core/ports.js';
import type { ServiceParts } from './parts.js';
import { type AgentService, RefusedError, type TableQuery } from './service.js';
import { databaseEntryView, dynamicEidView } from './show/database.js';
import { forwardingView } from './show/forwarding.js';
import { lookupView } from './show/lookup.js';
import { mapCacheEntryView } from './show/map-cache.js';
import { awayEntryView, smrEntryView } from './show/mobility.js';
import { mapRows, parseEidText, select } from './show/select.js';
import { siteRows } from './show/site.js';
import { statusView } from './show/status.js';
import type { ForwardingView, LookupView, MapCacheEntryView } from './views.js';

const NO_TRAFFIC: Traffic = { packets: 0, bytes: 0 };

/** Answers xtrctl from the state machines and the maps. */
export function agentService(parts: ServiceParts): AgentService {
  const { agent, runtime, clock, dataPath, events, configuration } = parts;
  const { xtr, mapServer } = agent;
  const startedAt_ms = clock.now();

  const mapCache = (query: TableQuery): Iterable<MapCacheEntryView> =>
    rows(xtr?.mapCache, query, (entry) =>
      mapCacheEntryView(
        entry,
        xtr?.locatorsOf(entry) ?? [],
        dataPath?.traffic(entry.eid) ?? NO_TRAFFIC,
        clock.now(),
      ),
    );

  return {
    mapCache,
    forwarding: (query) => (xtr && dataPath ? forwardingRows(query, xtr, dataPath) : []),
    database: (query) =>
      rows(xtr?.database, query, (entry) =>
        databaseEntryView(entry, configuration.xtr?.rlocs ?? [], clock.now()),
      ),
    dynamicEids: (query) =>
      rows(xtr?.dynamicEids, query, (entry) =>
        dynamicEidView(entry, parts.interfaceName(entry.ifindex), clock.now()),
      ),
    away: (query) => rows(xtr?.away, query, (entry) => awayEntryView(entry, clock.now())),
    smr: (query) =>
      rows(xtr?.smr, query, (entry) =>
        smrEntryView(entry, xtr?.away.get(entry.eid) !== undefined, clock.now()),
      ),
    sites: (query) => (mapServer ? siteRows(mapServer, query, clock.now()) : []),
    statistics: () => ({
      control: agent.counters.snapshot(),
      dataPath: dataPath?.counters().reasons ?? {},
      punts: dataPath?.counters().punts ?? {},
      adapters: {
        transport: parts.transport.counters(),
        netlink: parts.network?.counters() ?? {},
        datapath: dataPath?.counters().adapter ?? {},
        api: parts.apiCounters(),
        ...(parts.recorder && { recording: parts.recorder.counters() }),
      },
    }),
    status: () => statusView(parts, clock.now() - startedAt_ms),
    clearMapCache: async (query) => ({
      cleared: await runtime.clearMapCache(
        query.eid === undefined ? undefined : parseEidText(query.eid, query.instanceId ?? 0),
      ),
    }),
    async lookup({ eid, instanceId = 0, to }): Promise<LookupView> {
      if (xtr === undefined)
        throw new RefusedError('only an xTR can look up EIDs, and this node is a Map-Server only');
      const target = { instanceId, address: parseAddress(eid) };
      const result = await runtime.lookup(target, to === undefined ? undefined : parseAddress(to));
      const [mapping] = mapCache({ eid, instanceId });
      return lookupView(eid, result, mapping);
    },
    recentEvents: () => events.recent(),
    onEvent: (listener) => events.onEvent(listener),
  };
}

function rows<V, W>(
  table: ReadonlyEidTable<V> | undefined,
  query: TableQuery,
  toView: (row: V) => W,
): Iterable<W> {
  return table === undefined ? [] : mapRows(select(table, query), toView);
}

function* forwardingRows(query: TableQuery, xtr: Xtr, dataPath: DataPath): Generator<ForwardingView> {
  for (const eid of forwardingTargets(query, xtr.mapCache)) {
    const state = dataPath.lookup(eid);
    if (state !== undefined) yield forwardingView(state, eid, xtr);
  }
}

/** The requested EID, or each prefix of the map-cache. */
function forwardingTargets(query: TableQuery, mapCache: Xtr['mapCache']): Iterable<EidPrefix> {
  return query.eid === undefined
    ? mapRows(select(mapCache, query), ({ eid }) => eid)
    : [parseEidText(query.eid, query.instanceId ?? 0)];
}
