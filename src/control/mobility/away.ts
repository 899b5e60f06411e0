// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, type ReadonlyEidTable } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { usableRlocs } from '#control/locators/locator-set.js';
import { type Part, report } from '#control/kit/part.js';
import type { RlocReferences } from '#control/locators/rloc-references.js';
import type { SmrSender } from './smr-sender.js';

/**
 * An away entry serves senders that still use an old map-cache entry. It lives for the TTL of the record that
 * announced the move, at most 24 h, the map-cache TTL of IOS.
 */
export const AWAY_LIFETIME_MAX_ms = 24 * 3_600_000;

/** An EID that was local and moved. Times are CLOCK_MONOTONIC milliseconds. */
export interface AwayEntry {
  readonly eid: EidPrefix;
  readonly createdAt_ms: number;
  /** The locators to which stale packets are re-encapsulated. */
  readonly locators: readonly ForwardingLocator[];
  readonly expiresAt_ms: number;
}

type Entry = { -readonly [K in keyof AwayEntry]: AwayEntry[K] };

/** The away table: EIDs that were local and moved. */
export class AwayTable implements Part {
  readonly #table = new EidTable<Entry>();
  readonly #deadlines = new DeadlineQueue<Entry>();
  readonly #limit: number;
  readonly #references: RlocReferences;
  readonly #smr: SmrSender;
  #full = false;

  constructor(limit: number, references: RlocReferences, smr: SmrSender) {
    this.#limit = limit;
    this.#references = references;
    this.#smr = smr;
  }

  get table(): ReadonlyEidTable<AwayEntry> {
    return this.#table;
  }

  /**
   * Adds an entry or changes its locators, and writes the trie. If the table is full, the EID is only deleted
   * from the trie: stale packets still lead to SMRs, since the dynamic-EID prefix covers the EID, but they
   * are not re-encapsulated.
   */
  set(
    eid: EidPrefix,
    locators: readonly ForwardingLocator[],
    lifetime_ms: number,
    now: number,
    out: Effect[],
  ): void {
    if (this.adopt(eid, locators, now + Math.min(lifetime_ms, AWAY_LIFETIME_MAX_ms), now)) {
      out.push({ type: 'local-eid-set', eid, entry: { kind: 'away', locators } });
      return;
    }
    out.push({ type: 'local-eid-delete', eid });
    if (!this.#full) out.push(report({ name: 'table-full', eid, detail: `away: ${this.#limit} entries` }));
    this.#full = true;
  }

  /** As `set`, for an entry that the trie has already. Returns false if the table is full. */
  adopt(eid: EidPrefix, locators: readonly ForwardingLocator[], expiresAt_ms: number, now: number): boolean {
    const known = this.#table.get(eid);
    if (known === undefined && this.#table.size >= this.#limit) return false;
    const entry = known ?? { eid, createdAt_ms: now, locators: [], expiresAt_ms };
    if (known === undefined) this.#table.set(eid, entry);
    this.#references.replace(usableRlocs(entry.locators), usableRlocs(locators));
    entry.locators = locators;
    entry.expiresAt_ms = expiresAt_ms;
    this.#deadlines.set(entry, expiresAt_ms);
    return true;
  }

  /** Deletes the entry of an EID that is local again. The caller replaces the trie entry. */
  remove(eid: EidPrefix): void {
    const entry = this.#table.get(eid);
    if (entry === undefined) return;
    this.#table.delete(eid);
    this.#deadlines.delete(entry);
    this.#references.remove(usableRlocs(entry.locators));
    this.#smr.forget(eid);
    this.#full = false;
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const { eid } of this.#deadlines.take(now, limit)) {
      this.remove(eid);
      out.push({ type: 'local-eid-delete', eid });
    }
  }
}
