// SPDX-License-Identifier: Apache-2.0
import { formatEidPrefix, sameAddress, sameEidPrefix } from '#addr/index.js';
import { isLearnt, type LearntMapping, type MapCacheEntry, type StoredEntry } from './map-cache-entry.js';

/** Entries scanned in one turn: a few milliseconds. */
export const SCAN_BATCH = 4_096;

/** The result of one slice of the scan. */
export interface Covered {
  readonly replaced: readonly StoredEntry[];
  /** Earliest expiry of the entries that stay; Infinity if there are none. */
  readonly earliest_ms: number;
  /** Whether this was the last slice. */
  readonly complete: boolean;
}

/**
 * RFC 9301 section 5.5: a less-specific prefix that arrives later. It replaces the more-specifics of the same
 * source and the requested prefix. More-specifics of other sources stay, since a roaming host is a
 * more-specific of another ETR's prefix; the new entry then expires with the first of them. The scan works in
 * slices, as there may be a million entries. Entries learnt between two slices are newer and stay.
 */
export class CoveredScan {
  readonly started_ms: number;
  readonly #mapping: LearntMapping;
  readonly #entries: Iterator<{ readonly value: StoredEntry }>;

  constructor(mapping: LearntMapping, entries: Iterable<{ readonly value: StoredEntry }>, now: number) {
    this.started_ms = now;
    this.#mapping = mapping;
    this.#entries = entries[Symbol.iterator]();
  }

  /** Scans the next slice. */
  nextSlice(): Covered {
    const replaced: StoredEntry[] = [];
    let earliest_ms = Infinity;
    for (let i = 0; i < SCAN_BATCH; i++) {
      const { done, value: row } = this.#entries.next() as IteratorResult<{ value: StoredEntry }, undefined>;
      if (done) return { replaced, earliest_ms, complete: true };
      const entry = row.value;
      if (!isLearnt(entry) || sameEidPrefix(entry.eid, this.#mapping.eid)) continue;
      if (entry.programmedAt_ms > this.started_ms) continue;
      if (isReplacedBy(entry, this.#mapping)) replaced.push(entry);
      else earliest_ms = Math.min(earliest_ms, entry.expiresAt_ms ?? Infinity);
    }
    return { replaced, earliest_ms, complete: false };
  }
}

function isReplacedBy(entry: MapCacheEntry, mapping: LearntMapping): boolean {
  if (mapping.renewed.has(formatEidPrefix(entry.eid))) return false;
  if (sameEidPrefix(entry.eid, mapping.asked)) return true;
  return entry.mapSource !== undefined && sameAddress(entry.mapSource, mapping.source);
}
