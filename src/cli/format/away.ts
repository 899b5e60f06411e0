// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N ipv4 away
import type { AwayEntryView } from '#api/protocol.js';
import { columns } from './columns.js';
import { duration } from './duration.js';
import { instanceTables, joinTables } from './eid-tables.js';

const LAYOUT = [
  { header: ['Prefix'], width: 38 },
  { header: ['Producer'], width: 29 },
  { header: ['Created'], width: 8 },
];

/** Below each entry: the RLOCs that its stale packets are re-encapsulated to. */
export function formatAway(entries: readonly AwayEntryView[], instanceId?: number): string {
  return joinTables(
    instanceTables(entries, instanceId).map((table) => {
      const [header = '', ...rows] = columns(
        LAYOUT,
        table.rows.map(({ eid, producer, created_ms }) => [eid, producer, duration(created_ms)]),
      );
      const lines = [
        `LISP Away Table for router lisp 0 (default) IID ${table.instanceId}`,
        `Entries: ${table.rows.length}`,
        '',
        header,
        ...table.rows.flatMap(({ locators }, i) => [
          rows[i] ?? '',
          ...(locators.length === 0 ? [] : [`  Re-encapsulating to: ${locators.join(', ')}`]),
        ]),
      ];
      return { instanceId: table.instanceId, text: `${lines.join('\n')}\n` };
    }),
  );
}
