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

/** An operation that this agent cannot do; the message has the reason. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code = 'ERR_REFUSED';
}

/** Selects a part of a table. */
export interface TableQuery {
  readonly instanceId?: number | undefined;
  /** Address or prefix as text: selects its longest match. */
  readonly eid?: string | undefined;
}

/**
 * The requests of `xtrctl` to a running agent. Rows are made as they are read: a large table is read in
 * parts, between which the agent handles inputs. Arguments were validated; an invalid EID text throws
 * AddressError when the rows are read.
 */
export interface AgentService {
  mapCache(query: TableQuery): Iterable<MapCacheEntryView>;
  /** With `eid`: one entry or none. Without: every entry of the map-cache, read from the kernel. */
  forwarding(query: TableQuery): Iterable<ForwardingView>;
  database(query: TableQuery): Iterable<DatabaseEntryView>;
  dynamicEids(query: TableQuery): Iterable<DynamicEidView>;
  away(query: TableQuery): Iterable<AwayEntryView>;
  smr(query: TableQuery): Iterable<SmrEntryView>;
  sites(query: TableQuery): Iterable<RegistrationView>;
  statistics(): StatisticsView;
  status(): Promise<StatusView>;
  /** Returns the number of removed entries; static entries stay. */
  clearMapCache(query: TableQuery): Promise<{ readonly cleared: number }>;
  /**
   * Sends a Map-Request and waits for the answer. `to`: a Map-Resolver other than the configured ones.
   * @throws RefusedError on a node that is not an xTR
   */
  lookup(query: {
    readonly eid: string;
    readonly instanceId?: number | undefined;
    readonly to?: string | undefined;
  }): Promise<LookupView>;
  /** The stored events, oldest first. */
  recentEvents(): Iterable<EventView>;
  /** Returns a function that removes the listener. */
  onEvent(listener: (event: EventView) => void): () => void;
}
