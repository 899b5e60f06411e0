// SPDX-License-Identifier: Apache-2.0
import type {
  AwayEntryView,
  DatabaseEntryView,
  DynamicEidView,
  EventView,
  ForwardingView,
  LookupView,
  MapCacheEntryView,
  RegistrationView,
  SmrEntryView,
  StatisticsView,
  StatusView,
} from './views.js';

/** Something that this agent cannot do; the message says why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code = 'ERR_REFUSED';
}

/** Which part of a table is asked for. */
export interface TableQuery {
  readonly instanceId?: number | undefined;
  /** Address or prefix as text: the entry that matches it best. */
  readonly eid?: string | undefined;
}

/**
 * What `xtrctl` can ask of a running agent. Rows of a table are made as they are read: a big table is read in parts, so
 * that the agent goes on between them. Arguments were validated; a wrong EID text throws AddressError when read.
 */
export interface AgentService {
  mapCache(query: TableQuery): Iterable<MapCacheEntryView>;
  /** With `eid`: one entry, or none. Without: every entry of the map-cache, read back from the kernel. */
  forwarding(query: TableQuery): Iterable<ForwardingView>;
  database(query: TableQuery): Iterable<DatabaseEntryView>;
  dynamicEids(query: TableQuery): Iterable<DynamicEidView>;
  away(query: TableQuery): Iterable<AwayEntryView>;
  smr(query: TableQuery): Iterable<SmrEntryView>;
  sites(query: TableQuery): Iterable<RegistrationView>;
  statistics(): StatisticsView;
  status(): Promise<StatusView>;
  /** How many entries went; static ones stay. */
  clearMapCache(query: TableQuery): Promise<{ readonly cleared: number }>;
  /**
   * Sends a Map-Request and waits for the answer. `to`: another Map-Resolver than the configured.
   * @throws RefusedError on a node that is no xTR
   */
  lookup(query: {
    readonly eid: string;
    readonly instanceId?: number | undefined;
    readonly to?: string | undefined;
  }): Promise<LookupView>;
  /** The last events kept, oldest first. */
  recentEvents(): Iterable<EventView>;
  /** Returns how to stop listening. */
  onEvent(listener: (event: EventView) => void): () => void;
}
