// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, maskedPrefix, type ReadonlyEidTable } from '#addr/index.js';

/**
 * The least-specific prefix that covers `requested`, has at least `minLength` bits, and holds no prefix of the tables
 * that is longer than `minLength` bits: the hole around an EID that has no mapping of its own (RFC 9301 section 8.4),
 * or the part of a mapping that no more-specific one overrides.
 *
 * No prefix of the tables between `minLength` and `requested` may cover `requested`. Undefined if one lies inside
 * `requested`. A few look-ups for each table, whatever their sizes.
 */
export function leastSpecificHole(
  requested: EidPrefix,
  minLength: number,
  tables: readonly ReadonlyEidTable<unknown>[],
): EidPrefix | undefined {
  const isHole = (prefix: EidPrefix): boolean =>
    !tables.some((table) => holdsLonger(table, prefix, minLength));
  if (!isHole(requested)) return undefined;
  // Shorter prefixes hold more, so the lengths that are holes are those from some length on.
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
