// SPDX-License-Identifier: Apache-2.0
import { type Address, type EidPrefix, formatAddress } from '#addr/index.js';
import { type HeapItem, NOT_IN_HEAP } from '#control/kit/deadline-heap.js';
import type { Forwarding, ForwardingLocator } from '#control/contract/forwarding.js';
import { UNUSED_PRIORITY } from '#control/locators/locator-set.js';
import type { LocatorState } from '#control/locators/locator-state.js';

/** Where an entry came from: 'recovered' was found in the tries at start and is not yet confirmed by a Map-Reply. */
export type MapCacheSource = 'map-reply' | 'static' | 'dynamic-EID' | 'recovered';

/** Times are CLOCK_MONOTONIC milliseconds. */
export interface MapCacheEntry {
  readonly eid: EidPrefix;
  readonly via: MapCacheSource;
  readonly forwarding: Forwarding;
  /** As the mapping has them; Reachability.statesOf adds what is known of their RLOCs. */
  readonly locators: readonly LocatorState[];
  /** The RLOC that the mapping came from; undefined: this router. */
  readonly mapSource: Address | undefined;
  readonly createdAt_ms: number;
  /** When the forwarding last changed. */
  readonly modifiedAt_ms: number;
  /** When the trie was last told. */
  readonly programmedAt_ms: number;
  /** Undefined: never. */
  readonly expiresAt_ms: number | undefined;
}

/** A mapping as a Map-Reply brought it. */
export interface LearntMapping {
  readonly eid: EidPrefix;
  readonly forwarding: Forwarding;
  readonly lifetime_ms: number;
  /** The RLOC that sent it. */
  readonly source: Address;
  /** The prefix that was asked for. */
  readonly asked: EidPrefix;
  /** Prefixes of the same Map-Reply, as text: they are not replaced by each other. */
  readonly renewed: ReadonlySet<string>;
}

/**
 * An entry as the map-cache holds it. There may be a million, so that what can be made when somebody asks is not kept:
 * the states of locators that have never changed.
 */
export class StoredEntry implements MapCacheEntry, HeapItem {
  readonly eid: EidPrefix;
  readonly createdAt_ms: number;
  via: MapCacheSource;
  forwarding: Forwarding;
  mapSource: Address | undefined;
  modifiedAt_ms: number;
  programmedAt_ms: number;
  expiresAt_ms: number | undefined = undefined;
  /** That it had carried when that was last looked at. */
  packets = 0;
  heapIndex = NOT_IN_HEAP;
  #changedLocators: readonly LocatorState[] | undefined = undefined;

  constructor(
    eid: EidPrefix,
    via: MapCacheSource,
    forwarding: Forwarding,
    source: Address | undefined,
    now: number,
  ) {
    this.eid = eid;
    this.via = via;
    this.forwarding = forwarding;
    this.mapSource = source;
    this.createdAt_ms = now;
    this.modifiedAt_ms = now;
    this.programmedAt_ms = now;
  }

  get locators(): readonly LocatorState[] {
    return this.#changedLocators ?? locatorStates(this.forwarding, [], this.createdAt_ms);
  }

  /** Another locator-set. */
  change(forwarding: Forwarding, now: number): void {
    this.#changedLocators = locatorStates(forwarding, this.locators, now);
    this.forwarding = forwarding;
    this.modifiedAt_ms = now;
  }
}

/** Whether a Map-Reply may replace the entry. Configured ones stay as they are. */
export function isLearnt(entry: MapCacheEntry): boolean {
  return entry.via === 'map-reply' || entry.via === 'recovered';
}

/** As a key: the same text for what forwards alike. */
export function forwardingText(forwarding: Forwarding): string {
  if (forwarding.action !== 'encapsulate') return forwarding.action;
  const locators = forwarding.locators.map(
    ({ rloc, source, priority, weight, usable }) =>
      `${formatAddress(rloc)} ${formatAddress(source)} ${priority} ${weight} ${usable}`,
  );
  return locators.join();
}

/** The states of a locator-set, going on from those of the entry it replaces. */
function locatorStates(
  forwarding: Forwarding,
  before: readonly LocatorState[],
  now: number,
): readonly LocatorState[] {
  if (forwarding.action !== 'encapsulate') return [];
  const known = new Map(before.map((locator) => [formatAddress(locator.rloc), locator]));
  return forwarding.locators.map((locator) =>
    locatorState(locator, known.get(formatAddress(locator.rloc)), now),
  );
}

function locatorState(
  locator: ForwardingLocator,
  before: LocatorState | undefined,
  now: number,
): LocatorState {
  const { rloc, priority, weight } = locator;
  const state = priority === UNUSED_PRIORITY ? 'admin-down' : locator.usable ? 'up' : 'down';
  const first = { since_ms: now, stateChanges: 1, lastStateChange_ms: now };
  if (before === undefined) return { rloc, priority, weight, state, ...first };
  if (before.state === state) return { ...before, priority, weight };
  const stateChanges = before.stateChanges + 1;
  return { rloc, priority, weight, state, since_ms: before.since_ms, stateChanges, lastStateChange_ms: now };
}
