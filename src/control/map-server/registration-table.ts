// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, type ReadonlyEidTable } from '#addr/index.js';
import { MAX_LOCATORS } from '#wire/eid-record.js';
import type { EidRecord } from '#wire/messages.js';
import { DeadlineHeap, type HeapItem, NOWHERE } from '#control/kit/deadline-heap.js';
import { REGISTRATION_TIMEOUT_MS } from '#control/contract/limits.js';
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
import type { ConfiguredPrefix } from './site-table.js';

/** ETRs that may register one EID-prefix side by side: one for each of the locators that a record can hold. */
export const MAX_ETRS = MAX_LOCATORS;
/** Record TTL that leaves the time to the receiver (RFC 9301 section 5.4). */
const TTL_OF_RECEIVER = 0xffff_ffff;

interface StoredRegistration extends Registration, HeapItem {
  version: number;
  etrs: readonly EtrRegistration[];
}

/** What registering one record did. */
export interface Registered {
  readonly registration: Registration;
  /** Whether the EID-prefix is new or its locator-set another. */
  readonly changed: boolean;
  /** ETRs whose registration was replaced. */
  readonly replaced: readonly EtrRegistration[];
}

/** A registration that an ETR lost, and what is left of the EID-prefix. */
export interface Lost {
  readonly eid: EidPrefix;
  readonly lost: EtrRegistration;
  readonly left: readonly EtrRegistration[];
}

/** All registrations, by EID-prefix, each with one deadline: that of the ETR that expires first. O(log n) throughout. */
export class RegistrationTable {
  readonly #table = new EidTable<StoredRegistration>();
  readonly #deadlines = new DeadlineHeap<StoredRegistration>();
  #count = 0;
  #versions = 0;

  get table(): ReadonlyEidTable<Registration> {
    return this.#table;
  }

  /** Registrations by ETR and EID-prefix. */
  get count(): number {
    return this.#count;
  }

  /** How many registrations `record` would add: 1, 0, or Infinity if the EID-prefix has no room for it. */
  growth(source: RegisterSource, record: EidRecord): number {
    const existing = this.#table.get(record.eid)?.etrs;
    if (existing === undefined) return 1;
    if (existing.every((etr) => etr.source.etr === source.etr)) return 0; // a refresh: its locators replace the others
    const { etrs } = joinRegistration(existing, etrRegistration(source, record, undefined, false, 0));
    if (etrs.length > MAX_ETRS || locatorSet(etrs).length > MAX_LOCATORS) return Infinity;
    return Math.max(0, etrs.length - existing.length);
  }

  register(
    source: RegisterSource,
    record: EidRecord,
    configured: ConfiguredPrefix,
    useTtl: boolean,
    now: number,
  ): Registered {
    const stored = this.#table.get(record.eid);
    const before = stored?.etrs ?? [];
    const previous = before.find((etr) => etr.source.etr === source.etr);
    const latest = etrRegistration(source, record, previous, useTtl, now);
    const { etrs, replaced } = joinRegistration(before, latest);
    const registration = stored ?? this.#create(record.eid, configured, now);
    const changed = this.#update(registration, etrs) || stored === undefined;
    return { registration, changed, replaced };
  }

  /** Takes back what this ETR registered, and nothing else: one registration, or none, or each of its locator-sets. */
  withdraw(source: RegisterSource, eid: EidPrefix): Lost[] {
    const stored = this.#table.get(eid);
    if (stored === undefined) return [];
    const { strictNonces } = stored.configured.site;
    const gone = stored.etrs.filter((etr) => withdraws(source, etr, strictNonces));
    const left = stored.etrs.filter((etr) => !gone.includes(etr));
    this.#update(stored, left);
    return gone.map((lost) => ({ eid: stored.eid, lost, left }));
  }

  /** Restarts the time of what this very message registered, if it still stands. */
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

  /** What has expired, from at most `limit` EID-prefixes looked at; how many those were. */
  expire(now: number, limit: number): { readonly expired: readonly Lost[]; readonly handled: number } {
    const expired: Lost[] = [];
    const due = this.#deadlines.take(now, limit);
    for (const stored of due) {
      const left = stored.etrs.filter((etr) => etr.expiresAt_ms > now);
      const gone = stored.etrs.filter((etr) => etr.expiresAt_ms <= now);
      expired.push(...gone.map((lost) => ({ eid: stored.eid, lost, left })));
      this.#update(stored, left);
    }
    return { expired, handled: due.length };
  }

  #create(eid: EidPrefix, configured: ConfiguredPrefix, now: number): StoredRegistration {
    const stored = {
      eid,
      configured,
      firstRegister_ms: now,
      version: ++this.#versions,
      etrs: [],
      heapIndex: NOWHERE,
    };
    this.#table.set(eid, stored);
    return stored;
  }

  /** Whether the locator-set is another now. */
  #update(stored: StoredRegistration, etrs: readonly EtrRegistration[]): boolean {
    const changed = !sameLocators(locatorSet(stored.etrs), locatorSet(etrs));
    if (changed) stored.version = ++this.#versions;
    this.#count += etrs.length - stored.etrs.length;
    stored.etrs = etrs;
    this.#schedule(stored);
    return changed;
  }

  /** A refresh does not touch the queue: that the deadline has moved on is seen when the old one is due. */
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
  return useTtl && ttl_min !== TTL_OF_RECEIVER ? ttl_min * 60_000 : REGISTRATION_TIMEOUT_MS;
}
