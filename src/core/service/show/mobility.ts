// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { AwayEntry } from '#control/mobility/away.js';
import type { SmrEntry } from '#control/mobility/smr-sender.js';
import type { AwayEntryView, SmrEntryView } from '#core/service/views.js';
import { eidColumns } from './select.js';

export function awayEntryView(entry: AwayEntry, now: number): AwayEntryView {
  return {
    ...eidColumns(entry.eid),
    producer: 'dyn-eid',
    created_ms: now - entry.createdAt_ms,
    locators: entry.locators.map(({ rloc }) => formatAddress(rloc)),
  };
}

/**
 * @param away whether the EID is in the away table; otherwise its packets are stale because it is not local
 */
export function smrEntryView(entry: SmrEntry, away: boolean, now: number): SmrEntryView {
  return {
    ...eidColumns(entry.eid),
    producer: away ? 'away table' : 'local EID',
    solicited: Array.from(entry.solicited.values(), (solicited) => ({
      rloc: formatAddress(solicited.rloc),
      sent: solicited.sent,
      lastSent_ms: solicited.lastSent_ms === undefined ? null : now - solicited.lastSent_ms,
      suppressed: solicited.suppressed,
    })),
  };
}
