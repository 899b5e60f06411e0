// SPDX-License-Identifier: Apache-2.0
import { type Eid, parseAddress, type ReadonlyEidTable } from '../addr/index.js';
import type { MapCacheEntry } from '../control/map-cache-entry.js';
import type { Agent } from './agent.js';
import type { Configuration } from './configuration.js';
import type { Clock, ControlTransport, DataPath, KernelNetwork, Traffic } from './ports.js';
import type { Runtime } from './runtime.js';
import type { AgentService, TableQuery } from './service.js';
import { databaseEntryView, dynamicEidView } from './show/database.js';
import { forwardingView } from './show/forwarding.js';
import { lookupView } from './show/lookup.js';
import { mapCacheEntryView } from './show/map-cache.js';
import { awayEntryView, smrEntryView } from './show/mobility.js';
import { parseEidText, select } from './show/select.js';
import { siteRows } from './show/site.js';
import { statusView } from './show/status.js';
import type { EventView, LookupView } from './views.js';

/** The events that were kept, and new ones. */
export interface EventSource {
  recent(): readonly EventView[];
  onEvent(listener: (event: EventView) => void): () => void;
}

export interface ServiceParts {
  readonly configuration: Configuration;
  readonly version: string;
  readonly pid: number;
  readonly agent: Agent;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly transport: ControlTransport;
  readonly dataPath: DataPath | undefined;
  readonly network: KernelNetwork | undefined;
  readonly events: EventSource;
  readonly apiCounters: () => Readonly<Record<string, number>>;
  /** What stands in the way of forwarding, each with the command that mends it. */
  readonly warnings: () => readonly string[];
  /** Name of an interface of ours. */
  readonly interfaceName: (ifindex: number) => string;
}

const NO_TRAFFIC: Traffic = { packets: 0, bytes: 0 };

/** Answers xtrctl out of the machines and the maps. */
export function agentService(parts: ServiceParts): AgentService {
  const { agent, runtime, clock, dataPath, events, configuration } = parts;
  const { xtr, mapServer } = agent;
  const startedAt_ms = clock.now();

  const mapCache = (query: TableQuery): ReturnType<AgentService['mapCache']> =>
    xtr
      ? select(xtr.mapCache, query).map((entry) =>
          mapCacheEntryView(entry, dataPath?.traffic(entry.eid) ?? NO_TRAFFIC, clock.now()),
        )
      : [];

  return {
    mapCache,
    forwarding(query) {
      if (xtr === undefined || dataPath === undefined) return [];
      return forwardingTargets(query, xtr.mapCache).flatMap((eid) => {
        const state = dataPath.lookup(eid);
        return state ? [forwardingView(state, eid, xtr)] : [];
      });
    },
    database: (query) =>
      xtr
        ? select(xtr.database, query).map((entry) =>
            databaseEntryView(entry, configuration.xtr?.rlocs ?? [], clock.now()),
          )
        : [],
    dynamicEids: (query) =>
      xtr
        ? select(xtr.dynamicEids, query).map((entry) =>
            dynamicEidView(entry, parts.interfaceName(entry.ifindex), clock.now()),
          )
        : [],
    away: (query) => (xtr ? select(xtr.away, query).map((entry) => awayEntryView(entry, clock.now())) : []),
    smr: (query) =>
      xtr
        ? select(xtr.smr, query).map((entry) =>
            smrEntryView(entry, xtr.away.get(entry.eid) !== undefined, clock.now()),
          )
        : [],
    sites: (query) => (mapServer ? siteRows(mapServer, query, clock.now()) : []),
    statistics: () => ({
      control: agent.counters.snapshot(),
      dataPath: dataPath?.counters().reasons ?? {},
      adapters: {
        transport: parts.transport.counters(),
        netlink: parts.network?.counters() ?? {},
        datapath: dataPath?.counters().adapter ?? {},
        api: parts.apiCounters(),
      },
    }),
    status: () => statusView(parts, clock.now() - startedAt_ms),
    clearMapCache: (query) => ({
      cleared: runtime.clearMapCache(
        query.eid === undefined ? undefined : parseEidText(query.eid, query.instanceId ?? 0),
      ),
    }),
    async lookup({ eid, instanceId = 0, to }): Promise<LookupView> {
      const target = { instanceId, address: parseAddress(eid) };
      const result = await runtime.lookup(target, to === undefined ? undefined : parseAddress(to));
      const [mapping] = mapCache({ eid, instanceId });
      return lookupView(eid, result, mapping);
    },
    recentEvents: () => events.recent(),
    onEvent: (listener) => events.onEvent(listener),
  };
}

/** The EID asked for, or the first EID of each prefix of the map-cache. */
function forwardingTargets(query: TableQuery, mapCache: ReadonlyEidTable<MapCacheEntry>): Eid[] {
  const instanceId = query.instanceId ?? 0;
  if (query.eid !== undefined)
    return [{ instanceId, address: parseEidText(query.eid, instanceId).prefix.address }];
  return select(mapCache, query).map(({ eid }) => ({
    instanceId: eid.instanceId,
    address: eid.prefix.address,
  }));
}
