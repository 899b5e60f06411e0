// SPDX-License-Identifier: Apache-2.0
import {
  type EidPrefix,
  formatPrefix,
  hostPrefix,
  parseAddress,
  parsePrefix,
  type ReadonlyEidTable,
} from '#addr/index.js';
import type { TableQuery } from '#core/service/service.js';

/** Parses '1.1.1.1' or '1.1.1.0/24'; an address is its host prefix. @throws AddressError */
export function parseEidText(text: string, instanceId: number): EidPrefix {
  return { instanceId, prefix: text.includes('/') ? parsePrefix(text) : hostPrefix(parseAddress(text)) };
}

/**
 * The rows that a query selects: the longest match of its EID, all rows of its instance ID, or all rows. They
 * are produced one at a time, so that a reader can pause; the tables may change meanwhile.
 * @throws AddressError
 */
export function* select<V>(table: ReadonlyEidTable<V>, query: TableQuery): Generator<V> {
  if (query.eid !== undefined) {
    const match = table.longestCover(parseEidText(query.eid, query.instanceId ?? 0));
    if (match) yield match.value;
    return;
  }
  const rows = query.instanceId === undefined ? table.entries() : instanceRows(table, query.instanceId);
  for (const { value } of rows) yield value;
}

/** Maps each row when it is read. */
export function* mapRows<V, W>(rows: Iterable<V>, toView: (row: V) => W): Generator<W> {
  for (const row of rows) yield toView(row);
}

function* instanceRows<V>(
  table: ReadonlyEidTable<V>,
  instanceId: number,
): Generator<{ eid: EidPrefix; value: V }> {
  for (const family of [4, 6] as const)
    yield* table.covered({ instanceId, prefix: { address: { family, bits: 0n }, length: 0 } });
}

/** The first columns of every row. */
export function eidColumns(eid: EidPrefix): { instanceId: number; eid: string } {
  return { instanceId: eid.instanceId, eid: formatPrefix(eid.prefix) };
}

/** Formats 128 or 64 bits as an xTR-ID or nonce is written. */
export function hex(value: bigint, bits: number): string {
  return `0x${value.toString(16).padStart(bits / 4, '0')}`;
}
