// SPDX-License-Identifier: Apache-2.0
import type { StoredEntry } from './map-cache-entry.js';

/** Entries looked at in one turn: a few milliseconds. */
const LOOK_BATCH = 8_192;

interface Job {
  readonly entries: Iterator<StoredEntry>;
  readonly asked_ms: number;
  readonly onFound: (count: number) => void;
  readonly found: StoredEntry[];
  complete: boolean;
  /** How many of those found have had their turn. */
  gone: number;
}

/** `clear map-cache` in slices, one command after the other: first what it is about is found, then it goes. */
export class Clearing {
  readonly #jobs: Job[] = [];

  /** @param onFound hears how many entries will go, now or later */
  add(entries: Iterable<StoredEntry>, now: number, onFound: (count: number) => void): void {
    const iterator = entries[Symbol.iterator]();
    this.#jobs.push({ entries: iterator, asked_ms: now, onFound, found: [], complete: false, gone: 0 });
  }

  /** In the past, while there is something to do. */
  nextDeadline(): number | undefined {
    return this.#jobs[0]?.asked_ms;
  }

  /** The next slice; at most `limit` entries, which the command found as they are now. What changed since stays. */
  take(limit: number): readonly StoredEntry[] {
    const [job] = this.#jobs;
    if (job === undefined) return [];
    if (!job.complete) look(job);
    if (!job.complete) return [];
    const entries = job.found.slice(job.gone, job.gone + limit);
    job.gone += limit;
    if (job.gone >= job.found.length) this.#jobs.shift();
    return entries.filter((entry) => entry.programmedAt_ms <= job.asked_ms);
  }
}

function look(job: Job): void {
  for (let i = 0; i < LOOK_BATCH; i++) {
    const { done, value } = job.entries.next() as IteratorResult<StoredEntry, void>;
    if (done) {
      job.complete = true;
      job.onFound(job.found.length);
      return;
    }
    job.found.push(value);
  }
}
