// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ApiServer } from '#api/index.js';
import type { AgentService, EventView, LookupView, TableQuery } from '#api/protocol.js';
import { AddressError } from '#addr/index.js';
import {
  AWAY,
  DATABASE,
  DYNAMIC_EIDS,
  EVENTS,
  FORWARDING,
  MAP_CACHE,
  SITES,
  SMR,
  STATISTICS,
  STATUS,
} from './fixture-views.js';

type Listener = (event: EventView) => void;

/** An agent with fixed answers. */
export class FixtureService implements AgentService {
  readonly asked: unknown[] = [];
  readonly listeners = new Set<Listener>();
  events: readonly EventView[] = EVENTS;
  mapCacheView = MAP_CACHE;
  databaseView = DATABASE;
  statusView = STATUS;
  lookupView: LookupView = {
    eid: '1.1.1.1',
    outcome: 'reply',
    rtt_ms: 2.345,
    from: '2.2.2.2',
    attempts: 1,
    mapping: MAP_CACHE[1] ?? null,
  };

  mapCache(query: TableQuery) {
    return this.#select(this.mapCacheView, query);
  }
  forwarding(query: TableQuery) {
    return this.#select(FORWARDING, query);
  }
  database(query: TableQuery) {
    return this.#select(this.databaseView, query);
  }
  dynamicEids(query: TableQuery) {
    return this.#select(DYNAMIC_EIDS, query);
  }
  away(query: TableQuery) {
    return this.#select(AWAY, query);
  }
  smr(query: TableQuery) {
    return this.#select(SMR, query);
  }
  sites(query: TableQuery) {
    return this.#select(SITES, query);
  }
  statistics() {
    return STATISTICS;
  }
  status() {
    return Promise.resolve(this.statusView);
  }
  clearMapCache(query: TableQuery) {
    return Promise.resolve({ cleared: this.#select(MAP_CACHE, query).length });
  }
  lookup(query: { eid: string }) {
    this.asked.push(query);
    return Promise.resolve(this.lookupView);
  }
  recentEvents() {
    return this.events;
  }
  onEvent(listener: Listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  tell(event: EventView): void {
    for (const listener of this.listeners) listener(event);
  }

  /** '1.1.1.1' finds 1.1.1.1/32, as text: a fixture needs no trie. */
  #select<T extends { readonly eid: string; readonly instanceId: number }>(
    rows: readonly T[],
    query: TableQuery,
  ): T[] {
    this.asked.push(query);
    const { eid, instanceId } = query;
    if (eid?.startsWith('nonsense')) throw new AddressError(`'${eid}' is not an IPv4 or IPv6 address`);
    return rows.filter(
      (row) =>
        (eid === undefined || row.eid === eid || row.eid.startsWith(`${eid}/`)) &&
        (instanceId === undefined || row.instanceId === instanceId),
    );
  }
}

export interface Running {
  readonly service: FixtureService;
  readonly server: ApiServer;
  readonly folder: string;
  readonly path: string;
  readonly faults: unknown[];
}

/** A server of its own for a test, on a socket in a new directory. */
export async function serve(t: ExecutionContext, service = new FixtureService()): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'xtrt-api-'));
  const path = join(folder, 'xtr2.sock');
  const faults: unknown[] = [];
  const server = new ApiServer(service, (error) => faults.push(error));
  await server.listen(path);
  t.teardown(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { service, server, folder, path, faults };
}
