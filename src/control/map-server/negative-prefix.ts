// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, maskedPrefix, type ReadonlyEidTable } from '#addr/index.js';

/**
 * The least-specific prefix that covers `requested`, has at least `minLength` bits, and covers no prefix of
 * the tables that is longer than `minLength` bits. It is the hole around an EID without a mapping (RFC 9301
 * section 8.4), or the part of a mapping that no more-specific one overrides.
 *
 * No prefix of the tables between `minLength` and `requested` may cover `requested`. Undefined if a prefix of
 * the tables is inside `requested`. It takes a few look-ups for each table, whatever the table sizes.
 */
export function leastSpecificHole(
  requested: EidPrefix,
  minLength: number,
  tables: readonly ReadonlyEidTable<unknown>[],
): EidPrefix | undefined {
  const isHole = (prefix: EidPrefix): boolean =>
    !tables.some((table) => holdsLonger(table, prefix, minLength));
  if (!isHole(requested)) return undefined;
  // Shorter prefixes cover more, so every length from the shortest hole on is a hole: binary search.
  let low = minLength;
  let high = requested.prefix.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isHole(shortened(requested, middle))) high = middle;
    else low = middle + 1;
  }
  return shortened(requested, low);
}

function shortened(eid: EidPrefix, length: number): EidPrefix {
  return { instanceId: eid.instanceId, prefix: maskedPrefix(eid.prefix.address, length) };
}

function holdsLonger(table: ReadonlyEidTable<unknown>, within: EidPrefix, length: number): boolean {
  for (const { eid } of table.covered(within)) if (eid.prefix.length > length) return true;
  return false;
}
