// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { MapCacheEntry } from '#control/itr/map-cache-entry.js';
import type { LocatorState } from '#control/locators/locator-state.js';
import type { Traffic } from '#core/ports.js';
import type { LocatorView, MapCacheEntryView } from '#core/service/views.js';
import { eidColumns } from './select.js';

/**
 * @param locators of the entry, with the states of their RLOCs
 * @param traffic of this prefix, read from the kernel
 */
export function mapCacheEntryView(
  entry: MapCacheEntry,
  locators: readonly LocatorState[],
  traffic: Traffic,
  now: number,
): MapCacheEntryView {
  const { action } = entry.forwarding;
  return {
    ...eidColumns(entry.eid),
    uptime_ms: now - entry.createdAt_ms,
    expires_ms: entry.expiresAt_ms === undefined ? null : Math.max(0, entry.expiresAt_ms - now),
    via: entry.via,
    state: action === 'encapsulate' ? 'complete' : action,
    lastModified_ms: now - entry.modifiedAt_ms,
    mapSource: entry.mapSource ? formatAddress(entry.mapSource) : 'local',
    packets: traffic.packets,
    bytes: traffic.bytes,
    locators: locators.map((locator) => locatorView(locator, now)),
  };
}

function locatorView(locator: LocatorState, now: number): LocatorView {
  return {
    rloc: formatAddress(locator.rloc),
    uptime_ms: now - locator.since_ms,
    state: locator.state,
    priority: locator.priority,
    weight: locator.weight,
    stateChanges: locator.stateChanges,
    lastStateChange_ms: now - locator.lastStateChange_ms,
  };
}
