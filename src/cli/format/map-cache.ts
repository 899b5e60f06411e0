// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N ipv4 map-cache [EID]
import type { LocatorView, MapCacheEntryView } from '#api/protocol.js';
import { columns, priorityWeight } from './columns.js';
import { duration } from './duration.js';
import { eidTableName, eidTables, joinTables } from './eid-tables.js';

export function formatMapCache(entries: readonly MapCacheEntryView[], instanceId?: number): string {
  return formatTables(entries, instanceId, mapCacheEntryLines);
}

/** Details of the entries that an EID or EID-prefix selects. */
export function formatMapCacheDetail(entries: readonly MapCacheEntryView[], instanceId?: number): string {
  return formatTables(entries, instanceId, detailLines);
}

function formatTables(
  entries: readonly MapCacheEntryView[],
  instanceId: number | undefined,
  linesOf: (entry: MapCacheEntryView) => string[],
): string {
  return joinTables(
    eidTables(entries, instanceId).map((table) => {
      const title = `LISP ${table.family} Mapping Cache for ${eidTableName(table.instanceId)}`;
      const lines = [`${title}, ${table.rows.length} entries`, '', ...table.rows.flatMap(linesOf)];
      return { instanceId: table.instanceId, text: `${lines.join('\n')}\n` };
    }),
  );
}

/** The entry in the list; `lig` prints it too. */
export function mapCacheEntryLines(entry: MapCacheEntryView): string[] {
  return [headLine(entry), ...negativeLines(entry), ...locatorTable(entry.locators)];
}

function detailLines(entry: MapCacheEntryView): string[] {
  const { state, mapSource, packets, bytes } = entry;
  const [header, ...rows] = locatorTable(entry.locators);
  return [
    headLine(entry),
    `  Sources: ${source(entry)}`,
    `  State: ${state}, last modified: ${duration(entry.lastModified_ms)}, map-source: ${mapSource}`,
    `  Packets out: ${packets}(${bytes} bytes)`,
    ...negativeLines(entry),
    ...(header === undefined ? [] : [header]),
    ...entry.locators.flatMap((locator, i) => [rows[i] ?? '', stateChangeLine(locator)]),
  ];
}

function headLine(entry: MapCacheEntryView): string {
  const { eid, uptime_ms, expires_ms, via, state } = entry;
  const head = `${eid}, uptime: ${duration(uptime_ms)}, expires: ${duration(expires_ms)}, via ${source(entry)}`;
  return via === 'static' && state !== 'complete' ? head : `${head}, ${state}`;
}

function source({ via, state }: MapCacheEntryView): string {
  return via === 'static' && state === 'send-map-request' ? 'static-send-map-request' : via;
}

function negativeLines({ state }: MapCacheEntryView): string[] {
  return state === 'complete' ? [] : [`  Negative cache entry, action: ${state}`];
}

function locatorTable(locators: readonly LocatorView[]): string[] {
  if (locators.length === 0) return [];
  const layout = [
    { header: ['Locator'] },
    { header: ['Uptime'], width: 8 },
    { header: ['State'] },
    { header: ['Pri/Wgt'], width: 10 },
    { header: ['Encap-IID'] },
  ];
  const rows = locators.map(({ rloc, uptime_ms, state, priority, weight }) => [
    rloc,
    duration(uptime_ms),
    state,
    priorityWeight(priority, weight),
    '  -', // encapsulated with the instance ID of the table
  ]);
  return columns(layout, rows, 2);
}

function stateChangeLine({ lastStateChange_ms, stateChanges }: LocatorView): string {
  return `    Last up-down state change:         ${duration(lastStateChange_ms)}, state change count: ${stateChanges}`;
}
