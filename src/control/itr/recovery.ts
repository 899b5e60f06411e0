// SPDX-License-Identifier: Apache-2.0
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { Random } from '#control/contract/machine.js';
import type { MapCacheEntry } from './map-cache-entry.js';
import type { MapCache } from './map-cache.js';
import { refresh } from './map-request.js';
import type { Part } from '#control/kit/part.js';
import type { Resolver } from './resolver.js';

/**
 * Rate of Map-Requests for recovered entries. A full map-cache takes eleven minutes, and the load on
 * Map-Resolvers is small.
 */
export const RECOVERY_RATE_pps = 100;
/** Delay before the first one: routes and neighbours of a router that just booted come up meanwhile. */
export const RECOVERY_DELAY_ms = 1_000;

/** Requests the mappings that were found in the tries at start. They forward until the answer. */
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

  /** Spreads the requests at random over the time that RECOVERY_RATE_pps needs. */
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
