// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, type ReadonlyEidTable } from '#addr/index.js';
import { MAX_LOCATORS } from '#wire/eid-record.js';
import type { EidRecord } from '#wire/messages.js';
import { DeadlineHeap, type HeapItem, NOT_IN_HEAP } from '#control/kit/deadline-heap.js';
import { REGISTRATION_TIMEOUT_ms } from '#control/contract/limits.js';
import {
  type EtrRegistration,
  joinRegistration,
  locatorSet,
  type Registration,
  type RegisterSource,
  sameLocators,
  sortedLocators,
  withdraws,
} from './registration.js';
import type { RegistrationChange } from './registration-change.js';
import type { ConfiguredPrefix } from './site-table.js';

/** Maximum number of ETRs that register one EID-prefix together: one for each locator of a record. */
export const MAX_ETRS = MAX_LOCATORS;
/** Record TTL that leaves the lifetime to the receiver (RFC 9301 section 5.4). */
const TTL_OF_RECEIVER = 0xffff_ffff;

interface StoredRegistration extends Registration, HeapItem {
  version: number;
  etrs: readonly EtrRegistration[];
}

/**
 * All registrations by EID-prefix. Each EID-prefix has one deadline, that of the ETR that expires first. Each
 * call is O(log n). Changes are appended to `changes`, in order.
 */
export class RegistrationTable {
  readonly #table = new EidTable<StoredRegistration>();
  readonly #deadlines = new DeadlineHeap<StoredRegistration>();
  #count = 0;
  #versions = 0;

  get table(): ReadonlyEidTable<Registration> {
    return this.#table;
  }

  /** Number of registrations by ETR and EID-prefix. */
  get count(): number {
    return this.#count;
  }

  /**
   * Number of registrations that `record` would add: 1, 0, or Infinity if the EID-prefix has no room for it.
   */
  growth(source: RegisterSource, record: EidRecord): number {
    const existing = this.#table.get(record.eid)?.etrs;
    if (existing === undefined) return 1;
    if (existing.every((etr) => etr.source.etr === source.etr)) return 0; // a refresh: its locators replace the others
    const etrs = joinRegistration(existing, etrRegistration(source, record, undefined, false, 0));
    if (etrs.length > MAX_ETRS || locatorSet(etrs).length > MAX_LOCATORS) return Infinity;
    return Math.max(0, etrs.length - existing.length);
  }

  register(
    source: RegisterSource,
    record: EidRecord,
    configured: ConfiguredPrefix,
    useTtl: boolean,
    now: number,
    changes: RegistrationChange[],
  ): void {
    const stored = this.#table.get(record.eid);
    const before = stored?.etrs ?? [];
    const previous = before.find((etr) => etr.source.etr === source.etr);
    const after = joinRegistration(before, etrRegistration(source, record, previous, useTtl, now));
    const registration = stored ?? this.#create(record.eid, configured, now);
    // A replaced ETR had an RLOC that the locator-set has lost, so comparing locator-sets is enough.
    const changed = this.#update(registration, after) || stored === undefined;
    if (changed) changes.push({ eid: registration.eid, before, after, why: 'registered', source, record });
  }

  /**
   * Withdraws the registrations of this ETR and nothing else: none, one, or several with different
   * locator-sets. After a move there may be none.
   */
  withdraw(source: RegisterSource, eid: EidPrefix, changes: RegistrationChange[]): void {
    const stored = this.#table.get(eid);
    if (stored === undefined) return;
    const { strictNonces } = stored.configured.site;
    const after = stored.etrs.filter((etr) => !withdraws(source, etr, strictNonces));
    this.#lose(stored, after, 'withdrawn', changes);
  }

  /** Restarts the lifetime of the registration that this message made, if it still exists. */
  refresh(source: RegisterSource, eid: EidPrefix, now: number): void {
    const stored = this.#table.get(eid);
    const standing = stored?.etrs.find(
      (etr) => etr.source.etr === source.etr && etr.source.nonce === source.nonce,
    );
    if (stored === undefined || standing === undefined) return;
    const expiresAt_ms = now + (standing.expiresAt_ms - standing.lastRegister_ms);
    const refreshed = { ...standing, lastRegister_ms: now, expiresAt_ms };
    const etrs = stored.etrs.map((etr) => (etr === standing ? refreshed : etr));
    this.#update(stored, etrs);
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  /** Handles at most `limit` EID-prefixes. @returns their number */
  expire(now: number, limit: number, changes: RegistrationChange[]): number {
    const due = this.#deadlines.take(now, limit);
    for (const stored of due) {
      const after = stored.etrs.filter((etr) => etr.expiresAt_ms > now);
      this.#lose(stored, after, 'expired', changes);
    }
    return due.length;
  }

  #lose(
    stored: StoredRegistration,
    after: readonly EtrRegistration[],
    why: 'withdrawn' | 'expired',
    changes: RegistrationChange[],
  ): void {
    const { eid, etrs: before } = stored;
    this.#update(stored, after); // a refreshed registration gets its new deadline here
    if (after.length < before.length) changes.push({ eid, before, after, why });
  }

  #create(eid: EidPrefix, configured: ConfiguredPrefix, now: number): StoredRegistration {
    const stored = {
      eid,
      configured,
      firstRegister_ms: now,
      version: ++this.#versions,
      etrs: [],
      heapIndex: NOT_IN_HEAP,
    };
    this.#table.set(eid, stored);
    return stored;
  }

  /** Stores the registrations and returns whether the locator-set changed. */
  #update(stored: StoredRegistration, etrs: readonly EtrRegistration[]): boolean {
    const changed = !sameLocators(locatorSet(stored.etrs), locatorSet(etrs));
    if (changed) stored.version = ++this.#versions;
    this.#count += etrs.length - stored.etrs.length;
    stored.etrs = etrs;
    this.#schedule(stored);
    return changed;
  }

  /** A refresh leaves the heap unchanged: the new deadline is set when the old one is due. */
  #schedule(stored: StoredRegistration): void {
    if (stored.etrs.length === 0) {
      this.#table.delete(stored.eid);
      this.#deadlines.delete(stored);
      return;
    }
    const first = Math.min(...stored.etrs.map(({ expiresAt_ms }) => expiresAt_ms));
    const scheduled = this.#deadlines.at(stored);
    if (scheduled === undefined || first < scheduled) this.#deadlines.set(stored, first);
  }
}

function etrRegistration(
  source: RegisterSource,
  record: EidRecord,
  previous: EtrRegistration | undefined,
  useTtl: boolean,
  now: number,
): EtrRegistration {
  const { ttl_min, mapVersion } = record;
  return {
    source,
    locators: source.pool.share(sortedLocators(record.locators)),
    ttl_min,
    mapVersion,
    firstRegister_ms: previous?.firstRegister_ms ?? now,
    lastRegister_ms: now,
    expiresAt_ms: now + lifetime_ms(ttl_min, useTtl),
  };
}

/** Three minutes, or with the T bit the record's TTL (RFC 9301 section 5.6). */
function lifetime_ms(ttl_min: number, useTtl: boolean): number {
  return useTtl && ttl_min !== TTL_OF_RECEIVER ? ttl_min * 60_000 : REGISTRATION_TIMEOUT_ms;
}
