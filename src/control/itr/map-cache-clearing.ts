// SPDX-License-Identifier: Apache-2.0
import type { Effect } from '#control/contract/effect.js';
import type { StoredEntry } from './map-cache-entry.js';

/** Entries scanned in one turn: a few milliseconds. */
const FIND_BATCH = 8_192;

interface Job {
  readonly entries: Iterator<StoredEntry>;
  readonly asked_ms: number;
  readonly token: number;
  readonly found: StoredEntry[];
  complete: boolean;
  /** Number of found entries that were handed out for removal. */
  removed: number;
}

/**
 * `clear map-cache` in slices, one command after the other. Each command first finds its entries, then
 * removes them.
 */
export class MapCacheClearing {
  readonly #jobs: Job[] = [];

  /** @param token of the ClearedEffect that reports the number of entries, with this or a later slice */
  add(token: number, entries: Iterable<StoredEntry>, now: number): void {
    const iterator = entries[Symbol.iterator]();
    this.#jobs.push({ token, entries: iterator, asked_ms: now, found: [], complete: false, removed: 0 });
  }

  /** In the past while a command is unfinished. */
  nextDeadline(): number | undefined {
    return this.#jobs[0]?.asked_ms;
  }

  /** The next slice of at most `limit` entries. Entries that changed since the command are left out. */
  take(limit: number, out: Effect[]): readonly StoredEntry[] {
    const [job] = this.#jobs;
    if (job === undefined) return [];
    if (!job.complete) findSlice(job, out);
    if (!job.complete) return [];
    const entries = job.found.slice(job.removed, job.removed + limit);
    job.removed += limit;
    if (job.removed >= job.found.length) this.#jobs.shift();
    return entries.filter((entry) => entry.programmedAt_ms <= job.asked_ms);
  }
}

function findSlice(job: Job, out: Effect[]): void {
  for (let i = 0; i < FIND_BATCH; i++) {
    const { done, value } = job.entries.next() as IteratorResult<StoredEntry, void>;
    if (done) {
      job.complete = true;
      out.push({ type: 'cleared', token: job.token, count: job.found.length });
      return;
    }
    job.found.push(value);
  }
}
