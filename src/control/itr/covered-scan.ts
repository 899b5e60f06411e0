// SPDX-License-Identifier: Apache-2.0
import { formatEidPrefix, sameAddress, sameEidPrefix } from '#addr/index.js';
import { isLearnt, type LearntMapping, type MapCacheEntry, type StoredEntry } from './map-cache-entry.js';

/** Entries looked at in one turn: a few milliseconds. */
export const SCAN_BATCH = 4_096;

/** What a part of the entries inside a mapping means for it. */
export interface Covered {
  readonly replaced: readonly StoredEntry[];
  /** When the first of the others ends; Infinity: there is none. */
  readonly earliest_ms: number;
  /** Whether this was the last part. */
  readonly complete: boolean;
}

/**
 * RFC 9301 section 5.5 on a less-specific prefix that comes later. More-specifics that this source had told before, and
 * the prefix asked for, are replaced by it. Those of others stay (a host that roams is a more-specific of another ETR's
 * prefix), and then the new entry ends with the first of them. In slices, as there may be a million of them; what is
 * learnt between two slices came later, and stays.
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

  /** The next slice. */
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
