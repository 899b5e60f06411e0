// SPDX-License-Identifier: Apache-2.0
// IOS: lig EID
import type { LookupView } from '#api/protocol.js';
import { mapCacheEntryLines } from './map-cache.js';

export function formatLookup({ eid, from, rtt_ms, mapping }: LookupView): string {
  const source = from === null ? '' : ` from ${from}`;
  const lines = [
    `Mapping information for EID ${eid}${source} with RTT ${Math.round(rtt_ms)} msecs`,
    ...(mapping === null ? [] : mapCacheEntryLines(mapping)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Why there is no mapping to show. */
export function formatFailedLookup({ eid, outcome, attempts, rtt_ms }: LookupView): string {
  return outcome === 'limited'
    ? `too many Map-Requests are pending: EID ${eid} was not asked for; try again`
    : `no Map-Reply for EID ${eid} after ${attempts} Map-Requests in ${(rtt_ms / 1_000).toFixed(1)} s`;
}
