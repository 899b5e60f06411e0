// SPDX-License-Identifier: Apache-2.0
import { type Eid, type EidPrefix, EidTable, isHostPrefix, type ReadonlyEidTable } from '#addr/index.js';
import type { DatabaseMapping, DynamicEidPrefix } from '#control/contract/config.js';
import type { LocalEid } from '#control/contract/forwarding.js';
import type { ServerRegistration } from './registrar-state.js';

/** An EID-Prefix that this ETR answers for. Times are CLOCK_MONOTONIC milliseconds. */
export interface DatabaseEntry {
  readonly eid: EidPrefix;
  /** The dynamic-EID prefix in which it was learnt; undefined if configured. */
  readonly dynamicEid: DynamicEidPrefix | undefined;
  readonly createdAt_ms: number;
  /** One for each Map-Server, in the order of the configuration. */
  readonly registrations: readonly ServerRegistration[];
}

/** The ETR's mapping database: EIDs behind this router, configured or learnt. */
export class Database {
  readonly #entries = new EidTable<DatabaseEntry>();
  readonly #dynamicPrefixes = new EidTable<DynamicEidPrefix>();
  readonly #configured = new EidTable<LocalEid>();

  constructor(mappings: readonly DatabaseMapping[], dynamicEids: readonly DynamicEidPrefix[]) {
    for (const prefix of dynamicEids) {
      this.#dynamicPrefixes.set(prefix.eid, prefix);
      this.#configured.set(prefix.eid, { kind: 'dynamic' });
    }
    for (const { eid } of mappings)
      this.#configured.set(eid, { kind: 'local', ifindex: undefined, dynamic: false });
  }

  get table(): ReadonlyEidTable<DatabaseEntry> {
    return this.#entries;
  }

  /** The configured entries of the local EID trie. */
  get configured(): ReadonlyEidTable<LocalEid> {
    return this.#configured;
  }

  add(entry: DatabaseEntry): void {
    this.#entries.set(entry.eid, entry);
  }

  delete(eid: EidPrefix): void {
    this.#entries.delete(eid);
  }

  /**
   * The dynamic-EID prefix in which a host would be learnt: the longest match, unless a configured mapping is
   * longer.
   */
  dynamicPrefixOf(eid: Eid): DynamicEidPrefix | undefined {
    return this.#configured.longestMatch(eid)?.value.kind === 'dynamic'
      ? this.#dynamicPrefixes.longestMatch(eid)?.value
      : undefined;
  }

  /** Whether `eid` covers a dynamic-EID prefix, so that hosts inside it may be behind other routers. */
  holdsDynamicPrefix(eid: EidPrefix): boolean {
    for (const _ of this.#dynamicPrefixes.covered(eid)) return true;
    return false;
  }

  /**
   * The entry that answers for `eid`. Undefined for a prefix that is not learnt inside a dynamic-EID prefix,
   * even if a configured mapping covers both.
   */
  owner(eid: EidPrefix): DatabaseEntry | undefined {
    const entry = this.#entries.longestCover(eid)?.value;
    const dynamic = this.#dynamicPrefixes.longestCover(eid);
    if (entry === undefined || dynamic === undefined || isHostPrefix(entry.eid.prefix)) return entry;
    return entry.eid.prefix.length >= dynamic.eid.prefix.length ? entry : undefined;
  }
}
