// SPDX-License-Identifier: Apache-2.0

interface Row {
  readonly instanceId: number;
  readonly eid: string;
}

/** The rows of one EID table: IOS prints one for each instance ID and address family. */
export interface EidTableOf<T> {
  readonly instanceId: number;
  readonly family: 'IPv4' | 'IPv6';
  readonly rows: readonly T[];
}

/** Rows in their order, grouped by instance ID and family. Without rows, one empty IPv4 table. */
export function eidTables<T extends Row>(rows: readonly T[], instanceId = 0): EidTableOf<T>[] {
  const tables = new Map<string, { instanceId: number; family: 'IPv4' | 'IPv6'; rows: T[] }>();
  for (const row of rows) {
    const family = row.eid.includes(':') ? 'IPv6' : 'IPv4';
    const key = `${row.instanceId} ${family}`;
    const table = tables.get(key) ?? { instanceId: row.instanceId, family, rows: [] };
    tables.set(key, table);
    table.rows.push(row);
  }
  return tables.size > 0 ? [...tables.values()] : [{ instanceId, family: 'IPv4', rows: [] }];
}

/** Rows grouped by instance ID only. */
export function instanceTables<T extends Row>(
  rows: readonly T[],
  instanceId = 0,
): { instanceId: number; rows: T[] }[] {
  const tables = new Map<number, T[]>();
  for (const row of rows) {
    const table = tables.get(row.instanceId) ?? [];
    tables.set(row.instanceId, table);
    table.push(row);
  }
  return tables.size > 0
    ? [...tables].map(([id, of]) => ({ instanceId: id, rows: of }))
    : [{ instanceId, rows: [] }];
}

const RULE = '='.repeat(49);

/** Tables one after another; with the banner of IOS in front of each instance when there are several. */
export function joinTables(tables: readonly { instanceId: number; text: string }[]): string {
  const several = new Set(tables.map(({ instanceId }) => instanceId)).size > 1;
  let last: number | undefined;
  return tables
    .map(({ instanceId, text }) => {
      const banner = several && instanceId !== last;
      last = instanceId;
      return banner ? `${RULE}\nOutput for router lisp 0 instance-id ${instanceId}\n${RULE}\n${text}` : text;
    })
    .join('\n');
}

/** 'LISP 0 EID-table default (IID 7)': there are no VRFs, so every table belongs to the default one. */
export function eidTableName(instanceId: number): string {
  return `LISP 0 EID-table default (IID ${instanceId})`;
}
