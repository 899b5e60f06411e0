// SPDX-License-Identifier: Apache-2.0
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { Random } from '#control/contract/machine.js';
import type { MapCacheEntry } from './map-cache-entry.js';
import type { MapCache } from './map-cache.js';
import { refresh } from './map-request.js';
import type { Part } from '#control/kit/part.js';
import type { Resolver } from './resolver.js';

/** Map-Requests a second for recovered entries: a full map-cache takes eleven minutes, and no Map-Resolver notices. */
export const RECOVERY_RATE_pps = 100;
/** None is sent before: routes and neighbours of a router that just booted come up meanwhile. */
export const RECOVERY_DELAY_ms = 1_000;

/** Asks again for the entries that were found in the tries at start; they go on forwarding meanwhile. */
export class Recovery implements Part {
  readonly #waiting = new DeadlineQueue<MapCacheEntry>();
  readonly #mapCache: MapCache;
  readonly #resolver: Resolver;
  readonly #random: Random;

  constructor(mapCache: MapCache, resolver: Resolver, random: Random) {
    this.#mapCache = mapCache;
    this.#resolver = resolver;
    this.#random = random;
  }

  /** Spreads them at random over the time that RECOVERY_RATE_pps takes. */
  plan(entries: readonly MapCacheEntry[], now: number): void {
    const spread_ms = (entries.length * 1_000) / RECOVERY_RATE_pps;
    for (const entry of entries)
      this.#waiting.set(entry, now + RECOVERY_DELAY_ms + this.#random.fraction() * spread_ms);
  }

  nextDeadline(): number | undefined {
    return this.#waiting.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const entry of this.#waiting.take(now, limit)) {
      if (entry.via !== 'recovered' || this.#mapCache.table.get(entry.eid) !== entry) continue;
      this.#resolver.ask(refresh(entry.eid), now, out);
    }
  }
}
