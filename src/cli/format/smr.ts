// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N ipv4 smr
import type { SmrEntryView } from '#api/protocol.js';
import { columns } from './columns.js';
import { duration } from './duration.js';
import { instanceTables, joinTables } from './eid-tables.js';

const LAYOUT = [
  { header: ['Prefix'], width: 38 },
  { header: ['Producer'], width: 29 },
];

/** Below each entry, the RLOCs that were solicited. */
export function formatSmr(entries: readonly SmrEntryView[], instanceId?: number): string {
  return joinTables(
    instanceTables(entries, instanceId).map((table) => {
      const [header = '', ...rows] = columns(
        LAYOUT,
        table.rows.map(({ eid, producer }) => [eid, producer]),
      );
      const lines = [
        `LISP SMR Table for router lisp 0 (default) IID ${table.instanceId}`,
        `Entries: ${table.rows.length}`,
        '',
        header,
        ...table.rows.flatMap(({ solicited }, i) => [rows[i] ?? '', ...solicited.map(solicitedLine)]),
      ];
      return { instanceId: table.instanceId, text: `${lines.join('\n')}\n` };
    }),
  );
}

function solicitedLine({ rloc, sent, lastSent_ms, suppressed }: SmrEntryView['solicited'][number]): string {
  return `  SMRs to ${rloc}: sent ${sent}, last ${duration(lastSent_ms)} ago, suppressed ${suppressed}`;
}
