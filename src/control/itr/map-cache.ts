// SPDX-License-Identifier: Apache-2.0
import {
  type Address,
  type Eid,
  type EidPrefix,
  EidTable,
  formatAddress,
  formatEidPrefix,
  type ReadonlyEidTable,
} from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import { CoveredScan } from './covered-scan.js';
import { DeadlineHeap } from '#control/kit/deadline-heap.js';
import type { Effect } from '#control/contract/effect.js';
import type { Forwarding } from '#control/contract/forwarding.js';
import { sameForwarding, usedRlocs } from '#control/locators/locator-set.js';
import type { InputOf } from '#control/contract/inputs.js';
import { EXPIRE_BATCH, type InputHandlers, type Handler } from '#control/contract/machine.js';
import { MapCacheClearing } from './map-cache-clearing.js';
import {
  forwardingText,
  isLearnt,
  type LearntMapping,
  type MapCacheEntry,
  type MapCacheSource,
  StoredEntry,
} from './map-cache-entry.js';
import { earlier, type Part, report } from '#control/kit/part.js';
import type { RlocReferences } from '#control/locators/rloc-references.js';
import { SharedValues } from '#control/kit/shared-values.js';

/**
 * At this part of its lifetime an entry in use is requested again, so that it does not expire under traffic.
 */
export const REFRESH_AT = 0.9;

/** The ITR's map-cache (RFC 9300 section 6): the contents of the BPF trie, with expiry times. */
export class MapCache implements Part, Handler {
  readonly inputs: InputHandlers = {
    'clear-map-cache': (input, now, out) => {
      this.#startClearing(input, now, out);
    },
    'trie-refused': (input, _, out) => {
      this.#refused(input, out);
    },
  };
  readonly #table = new EidTable<StoredEntry>();
  /** The time to check the traffic of each entry; after that, its expiry. */
  readonly #deadlines = new DeadlineHeap<StoredEntry>();
  readonly #clearing = new MapCacheClearing();
  /** Unfinished scans of entries that cover very many others. */
  readonly #scans = new Map<StoredEntry, CoveredScan>();
  readonly #forwardings = new SharedValues(forwardingText);
  readonly #sources = new SharedValues(formatAddress);
  readonly #limit: number;
  readonly #references: RlocReferences;
  readonly #counters: Counters;
  #full = false;

  /** @param limit maximum number of entries; at the limit nothing new is learnt and nothing is evicted */
  constructor(limit: number, references: RlocReferences, counters: Counters) {
    this.#limit = limit;
    this.#references = references;
    this.#counters = counters;
  }

  get table(): ReadonlyEidTable<MapCacheEntry> {
    return this.#table;
  }

  match(eid: Eid): MapCacheEntry | undefined {
    return this.#table.longestMatch(eid)?.value;
  }

  /** Adds an entry that never expires. `programmed`: the trie has it already. */
  configure(
    eid: EidPrefix,
    via: 'static' | 'dynamic-EID',
    forwarding: Forwarding,
    programmed: boolean,
    now: number,
    out: Effect[],
  ): void {
    const entry = this.#create(eid, via, forwarding, undefined, now);
    entry.expiresAt_ms = undefined;
    if (!programmed) this.#program(entry, now, out);
  }

  /** Takes over an entry of the trie. Undefined: the map-cache is full. */
  recover(
    eid: EidPrefix,
    forwarding: Forwarding,
    expiresAt_ms: number,
    now: number,
  ): MapCacheEntry | undefined {
    if (this.#table.size >= this.#limit) return undefined;
    const entry = this.#create(eid, 'recovered', forwarding, undefined, now);
    this.#expireAt(entry, expiresAt_ms, now);
    return entry;
  }

  /** Writes the entry to the trie again. */
  reprogram(eid: EidPrefix, now: number, out: Effect[]): void {
    const entry = this.#table.get(eid);
    if (entry !== undefined) this.#program(entry, now, out);
  }

  /**
   * Learns a mapping. Undefined: a configured entry has that prefix, or the map-cache is full (counted,
   * reported).
   */
  learn(mapping: LearntMapping, now: number, out: Effect[]): MapCacheEntry | undefined {
    const known = this.#table.get(mapping.eid);
    if (known !== undefined && !isLearnt(known)) return undefined;
    if (known === undefined && this.#refuseIfFull(out)) return undefined;
    const scan = new CoveredScan(mapping, this.#table.covered(mapping.eid), now);
    const covered = scan.nextSlice();
    const entry =
      known === undefined
        ? this.#create(mapping.eid, 'map-reply', mapping.forwarding, mapping.source, now)
        : known;
    const changed = known === undefined || this.#change(known, mapping, now);
    if (covered.complete) this.#scans.delete(entry);
    else this.#scans.set(entry, scan);
    this.#expireAt(entry, Math.min(now + mapping.lifetime_ms, covered.earliest_ms), now);
    this.#program(entry, now, out); // before the replaced entries are deleted, so that no packet meets a gap
    this.#evict(covered.replaced, replacedBy(entry), now, out);
    if (changed)
      out.push(reportMapping(known === undefined ? 'map-cache-added' : 'map-cache-updated', entry));
    return entry;
  }

  /** Deletes a learnt entry of exactly this prefix. */
  remove(eid: EidPrefix, why: string, out: Effect[]): boolean {
    const entry = this.#table.get(eid);
    if (entry === undefined || !isLearnt(entry)) return false;
    this.#delete([entry], why, out);
    return true;
  }

  /**
   * Deletes learnt entries: all of them, or those inside `eid`; if there are none, the entry that covers
   * `eid`. Very many entries are found and deleted in later calls of `expire`. Entries learnt meanwhile stay.
   */
  #startClearing({ token, eid }: InputOf<'clear-map-cache'>, now: number, out: Effect[]): void {
    this.#clearing.add(token, this.#learntIn(eid), now);
    this.#clear(EXPIRE_BATCH, out);
  }

  /** Packets meet the entries that cover the refused ones, so the map-cache deletes those too. */
  #refused({ refused }: InputOf<'trie-refused'>, out: Effect[]): void {
    for (const { type, eid } of refused) {
      this.#counters.add('trieFull');
      const detail = `the data path refused ${type} of ${formatEidPrefix(eid)}`;
      out.push(report({ name: 'table-full', eid, detail }));
      if (type === 'map-cache-set') this.remove(eid, 'no room in the data path', out);
    }
  }

  *#learntIn(eid: EidPrefix | undefined): Generator<StoredEntry, void, undefined> {
    let found = false;
    for (const { value } of eid === undefined ? this.#table.entries() : this.#table.covered(eid)) {
      if (!isLearnt(value)) continue;
      found = true;
      yield value;
    }
    const cover = found || eid === undefined ? undefined : this.#table.longestCover(eid)?.value;
    if (cover !== undefined && isLearnt(cover)) yield cover;
  }

  #clear(limit: number, out: Effect[]): void {
    const doomed = this.#clearing.take(limit, out).filter((entry) => this.#table.get(entry.eid) === entry);
    this.#delete(doomed, 'cleared', out);
  }

  nextDeadline(): number | undefined {
    const [first] = this.#scans.values();
    return earlier(first?.started_ms, earlier(this.#deadlines.next(), this.#clearing.nextDeadline()));
  }

  expire(now: number, limit: number, out: Effect[]): void {
    this.#clear(limit, out);
    this.#scan(now, out);
    const due = this.#deadlines.take(now, limit);
    this.#delete(
      due.filter((entry) => hasExpired(entry, now)),
      'expired',
      out,
    );
    for (const entry of due) {
      if (hasExpired(entry, now) || entry.expiresAt_ms === undefined) continue;
      this.#deadlines.set(entry, entry.expiresAt_ms);
      out.push({ type: 'check-traffic', eid: entry.eid });
    }
  }

  /**
   * Stores the number of packets that an entry has carried. Returns the entry if the number grew since the
   * last check.
   */
  carried(eid: EidPrefix, packets: number): MapCacheEntry | undefined {
    const entry = this.#table.get(eid);
    if (entry === undefined || entry.packets === packets) return undefined;
    entry.packets = packets;
    return entry;
  }

  /** Processes the next slice of the first scan. */
  #scan(now: number, out: Effect[]): void {
    const [first] = this.#scans;
    if (first === undefined) return;
    const [entry, scan] = first;
    const { replaced, earliest_ms, complete } = scan.nextSlice();
    if (complete) this.#scans.delete(entry);
    if (earliest_ms < (entry.expiresAt_ms ?? Infinity)) {
      this.#expireAt(entry, earliest_ms, now);
      this.#program(entry, now, out);
    }
    this.#evict(replaced, replacedBy(entry), now, out);
  }

  /** Deletes the first EXPIRE_BATCH entries now and the others in later calls of `expire`. */
  #evict(doomed: readonly StoredEntry[], why: string, now: number, out: Effect[]): void {
    this.#delete(doomed.slice(0, EXPIRE_BATCH), why, out);
    for (const entry of doomed.slice(EXPIRE_BATCH)) this.#expireAt(entry, now, now);
  }

  #create(
    eid: EidPrefix,
    via: MapCacheSource,
    forwarding: Forwarding,
    mapSource: Address | undefined,
    now: number,
  ): StoredEntry {
    const before = this.#table.get(eid);
    if (before !== undefined) this.#forget(before);
    const source = mapSource && this.#sources.take(mapSource);
    const entry = new StoredEntry(eid, via, this.#forwardings.take(forwarding), source, now);
    this.#table.set(eid, entry);
    this.#references.add(usedRlocs(forwarding));
    this.#counters.add('mapCacheEntriesCreated');
    return entry;
  }

  /** Returns whether the forwarding changed. */
  #change(entry: StoredEntry, mapping: LearntMapping, now: number): boolean {
    const before = { forwarding: entry.forwarding, mapSource: entry.mapSource };
    const changed = !sameForwarding(before.forwarding, mapping.forwarding);
    if (changed) {
      this.#references.replace(usedRlocs(before.forwarding), usedRlocs(mapping.forwarding));
      entry.change(this.#forwardings.take(mapping.forwarding), now);
      this.#forwardings.release(before.forwarding);
    }
    entry.via = 'map-reply';
    entry.mapSource = this.#sources.take(mapping.source);
    if (before.mapSource) this.#sources.release(before.mapSource);
    return changed;
  }

  #program(entry: StoredEntry, now: number, out: Effect[]): void {
    entry.programmedAt_ms = now;
    const { eid, forwarding, expiresAt_ms } = entry;
    out.push({ type: 'map-cache-set', eid, forwarding, expiresAt_ms });
  }

  #expireAt(entry: StoredEntry, expiresAt_ms: number, now: number): void {
    entry.expiresAt_ms = expiresAt_ms;
    this.#deadlines.set(entry, now + REFRESH_AT * (expiresAt_ms - now));
  }

  /** The trie effects come first and adjacent, so that they are written in one batch. */
  #delete(entries: readonly StoredEntry[], why: string, out: Effect[]): void {
    for (const entry of entries) {
      this.#forget(entry);
      out.push({ type: 'map-cache-delete', eid: entry.eid });
    }
    for (const { eid } of entries) out.push(report({ name: 'map-cache-removed', eid, detail: why }));
  }

  #forget(entry: StoredEntry): void {
    this.#table.delete(entry.eid);
    this.#scans.delete(entry);
    this.#deadlines.delete(entry);
    this.#references.remove(usedRlocs(entry.forwarding));
    this.#forwardings.release(entry.forwarding);
    if (entry.mapSource) this.#sources.release(entry.mapSource);
    this.#counters.add('mapCacheEntriesDeleted');
    this.#full = false;
  }

  #refuseIfFull(out: Effect[]): boolean {
    if (this.#table.size < this.#limit) return false;
    this.#counters.add('mapCacheFull');
    if (!this.#full) out.push(report({ name: 'table-full', detail: `map-cache: ${this.#limit} entries` }));
    this.#full = true;
    return true;
  }
}

function hasExpired({ expiresAt_ms }: MapCacheEntry, now: number): boolean {
  return expiresAt_ms !== undefined && expiresAt_ms <= now;
}

function replacedBy({ eid }: MapCacheEntry): string {
  return `replaced by ${formatEidPrefix(eid)}`;
}

function reportMapping(name: 'map-cache-added' | 'map-cache-updated', entry: MapCacheEntry): Effect {
  const { eid, forwarding, mapSource: peer } = entry;
  return report({ name, eid, peer, rlocs: usedRlocs(forwarding), detail: forwarding.action });
}
