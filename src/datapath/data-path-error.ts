// SPDX-License-Identifier: Apache-2.0

/** The data path cannot be set up; the message says what is in the way, where, and what to do. */
export class DataPathError extends Error {
  override readonly name = 'DataPathError';
  readonly code = 'ERR_DATA_PATH';
}

/** Tables that can be full; the counters of the adapter have the same names. */
export type TableName = 'mapCacheFull' | 'localEidsFull' | 'locatorSetsFull' | 'locatorsFull';

/** No room for one more entry. Never leaves this folder: `apply` returns the refused effect. */
export class TableFull extends Error {
  override readonly name = 'TableFull';
  readonly table: TableName;

  constructor(table: TableName) {
    super(table);
    this.table = table;
  }
}
