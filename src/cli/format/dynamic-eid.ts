// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N dynamic-eid summary
import type { DynamicEidView } from '#api/protocol.js';
import { columns } from './columns.js';
import { duration } from './duration.js';
import { instanceTables, joinTables } from './eid-tables.js';

const LAYOUT = [
  { header: ['Dyn-EID Name'], width: 19 },
  { header: ['Dynamic-EID'], width: 22 },
  { header: ['Interface'], width: 12 },
  { header: ['Uptime'], width: 8 },
  { header: ['Last', 'Packet'], width: 8 },
];

export function formatDynamicEids(entries: readonly DynamicEidView[], instanceId?: number): string {
  return joinTables(
    instanceTables(entries, instanceId).map((table) => {
      const rows = table.rows.map(({ name, eid, interface: seenOn, uptime_ms, lastActivity_ms }) => [
        name,
        eid,
        seenOn,
        duration(uptime_ms),
        duration(lastActivity_ms),
      ]);
      const title = `LISP Dynamic EID Summary for router 0, IID ${table.instanceId}, EID-table VRF "default"`;
      return { instanceId: table.instanceId, text: `${[title, '', ...columns(LAYOUT, rows)].join('\n')}\n` };
    }),
  );
}
