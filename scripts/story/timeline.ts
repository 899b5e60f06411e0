// SPDX-License-Identifier: Apache-2.0
import type { NodeEvent } from '#scripts/testbed/events.js';
import { formatTable } from '#scripts/kit/table.js';

export interface TimelineRow {
  /** Since the cable was pulled. */
  readonly ms: number;
  readonly node: string;
  readonly event: string;
  readonly detail: string;
}

function detailOf({ eid, peer, rlocs, detail }: NodeEvent): string {
  const parts = [eid, peer && `peer ${peer}`, rlocs && `locators ${rlocs.join(' ') || 'none'}`, detail];
  return parts.filter(Boolean).join(', ');
}

/** Events of all nodes in one list. */
export function timelineOf(events: readonly NodeEvent[], zero_ms: number): TimelineRow[] {
  return events.map((event) => ({
    ms: Math.round((event.monotonic_ms - zero_ms) * 100) / 100,
    node: event.router,
    event: event.name,
    detail: detailOf(event),
  }));
}

export function formatTimeline(rows: readonly TimelineRow[]): string {
  return formatTable(
    ['     +ms', 'node', 'event', 'detail'],
    rows.map(({ ms, node, event, detail }) => [ms.toFixed(2).padStart(8), node, event, detail]),
  );
}
