// SPDX-License-Identifier: Apache-2.0
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/**
 * The last byte of the first word of every message but the ECM. A message without a record has no purpose
 * (and no EID by which the key of a site could be found). So it is neither accepted nor sent.
 */
export function readRecordCount(reader: Reader): number {
  const offset = reader.offset;
  const count = reader.uint8('record count');
  if (count === 0) reader.fail('record count', 'a message without a record', offset);
  return count;
}

/** `count` records, locators or addresses; the length of the message, not the count, bounds the work. */
export function readRecords<T>(reader: Reader, count: number, read: (reader: Reader) => T): T[] {
  const records: T[] = [];
  while (records.length < count) records.push(read(reader));
  return records;
}

export function writeRecordCount(writer: Writer, records: readonly unknown[]): void {
  if (records.length < 1 || records.length > 255)
    throw new TypeError(`a message has 1 to 255 records, not ${records.length}`);
  writer.uint8(records.length, 'record count');
}
