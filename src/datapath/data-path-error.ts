// SPDX-License-Identifier: Apache-2.0

/** The data path cannot be set up. The message says what failed, where, and what to do. */
export class DataPathError extends Error {
  override readonly name = 'DataPathError';
  readonly code = 'ERR_DATA_PATH';
}

/** Tables that can be full. The names are those of the counters of the adapter. */
export type TableName = 'mapCacheFull' | 'localEidsFull' | 'locatorSetsFull' | 'locatorsFull';

/** A table has no room for another entry. Never thrown out of this folder: `apply` returns the refused effect. */
export class TableFull extends Error {
  override readonly name = 'TableFull';
  readonly table: TableName;

  constructor(table: TableName) {
    super(table);
    this.table = table;
  }
}
