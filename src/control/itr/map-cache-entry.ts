// SPDX-License-Identifier: Apache-2.0
import { type Address, type EidPrefix, formatAddress } from '#addr/index.js';
import { type HeapItem, NOT_IN_HEAP } from '#control/kit/deadline-heap.js';
import type { Forwarding, ForwardingLocator } from '#control/contract/forwarding.js';
import { UNUSED_PRIORITY } from '#control/locators/locator-set.js';
import type { LocatorState } from '#control/locators/locator-state.js';

/** Origin of an entry. 'recovered': found in the tries at start and not yet confirmed by a Map-Reply. */
export type MapCacheSource = 'map-reply' | 'static' | 'dynamic-EID' | 'recovered';

/** Times are CLOCK_MONOTONIC milliseconds. */
export interface MapCacheEntry {
  readonly eid: EidPrefix;
  readonly via: MapCacheSource;
  readonly forwarding: Forwarding;
  /** As in the mapping; Reachability.statesOf adds the states of the RLOCs. */
  readonly locators: readonly LocatorState[];
  /** The RLOC that sent the mapping; undefined: this router. */
  readonly mapSource: Address | undefined;
  readonly createdAt_ms: number;
  /** When the forwarding last changed. */
  readonly modifiedAt_ms: number;
  /** When the trie entry was last written. */
  readonly programmedAt_ms: number;
  /** Undefined: never. */
  readonly expiresAt_ms: number | undefined;
}

/** A mapping from a Map-Reply. */
export interface LearntMapping {
  readonly eid: EidPrefix;
  readonly forwarding: Forwarding;
  readonly lifetime_ms: number;
  /** The RLOC that sent it. */
  readonly source: Address;
  /** The requested prefix. */
  readonly asked: EidPrefix;
  /** Prefixes of the same Map-Reply, as text: they do not replace each other. */
  readonly renewed: ReadonlySet<string>;
}

/**
 * An entry as the map-cache stores it. There may be a million entries, so the states of locators that never
 * changed are computed when needed.
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
  /** Packets that it had carried at the last check. */
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

  /** Changes the locator-set. */
  change(forwarding: Forwarding, now: number): void {
    this.#changedLocators = locatorStates(forwarding, this.locators, now);
    this.forwarding = forwarding;
    this.modifiedAt_ms = now;
  }
}

/** Whether a Map-Reply may replace the entry. Configured entries stay. */
export function isLearnt(entry: MapCacheEntry): boolean {
  return entry.via === 'map-reply' || entry.via === 'recovered';
}

/** A key: equal text for equal forwarding. */
export function forwardingText(forwarding: Forwarding): string {
  if (forwarding.action !== 'encapsulate') return forwarding.action;
  const locators = forwarding.locators.map(
    ({ rloc, source, priority, weight, usable }) =>
      `${formatAddress(rloc)} ${formatAddress(source)} ${priority} ${weight} ${usable}`,
  );
  return locators.join();
}

/** The states of a locator-set. Locators that the previous set had keep their history. */
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
