// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N ipv4 database
import type { DatabaseEntryView } from '#api/protocol.js';
import { columns, priorityWeight } from './columns.js';
import { duration } from './duration.js';
import { eidTableName, eidTables, joinTables } from './eid-tables.js';

export function formatDatabase(entries: readonly DatabaseEntryView[], instanceId?: number): string {
  return joinTables(
    eidTables(entries, instanceId).map((table) => {
      const name = eidTableName(table.instanceId);
      const lines = [
        `LISP ETR ${table.family} Mapping Database for ${name}, LSBs: ${statusBits(table.rows)}`,
        `Entries total ${table.rows.length}`,
        '',
        ...table.rows.flatMap(entryLines),
      ];
      return { instanceId: table.instanceId, text: `${lines.join('\n')}\n` };
    }),
  );
}

/** One bit for each locator of the locator-set of the EIDs: all are our own, and registered as reachable. */
function statusBits(entries: readonly DatabaseEntryView[]): string {
  const count = Math.max(0, ...entries.map(({ locators }) => locators.length));
  return `0x${((1n << BigInt(count)) - 1n).toString(16).toUpperCase()}`;
}

function entryLines({
  eid,
  dynamicEid,
  uptime_ms,
  lastChange_ms,
  locators,
  mapServers,
}: DatabaseEntryView): string[] {
  return [
    dynamicEid === null ? eid : `${eid}, dynamic-eid ${dynamicEid}`,
    `  Uptime: ${duration(uptime_ms)}, Last-change: ${duration(lastChange_ms)}`,
    ...columns(
      [
        { header: ['Locator'] },
        { header: ['Pri/Wgt'] },
        { header: ['Source'], width: 9 },
        { header: ['State'] },
      ],
      locators.map(({ rloc, priority, weight }) => [
        rloc,
        priorityWeight(priority, weight),
        'cfg-addr',
        'site-self, reachable',
      ]),
      2,
    ),
    ...columns(
      [{ header: ['Map-server'], width: 15 }, { header: ['Uptime'], width: 13 }, { header: ['ACK'] }],
      mapServers.map((server) => [
        server.address,
        duration(server.uptime_ms),
        server.acknowledged ? 'Yes' : 'No',
      ]),
      2,
    ).slice(mapServers.length === 0 ? 1 : 0),
  ];
}
