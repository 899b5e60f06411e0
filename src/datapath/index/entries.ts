// SPDX-License-Identifier: Apache-2.0
// Values of the tries as entries of the index. The index holds the common ones; for the others packets look up the
// trie.
import { xtr_index_kind } from '#datapath/generated/layout.js';
import type { LocalEidRecord } from '#datapath/records/local-eid.js';
import type { MappingRecord } from '#datapath/records/mapping.js';
import { askTrie, type IndexEntry, MAX_TARGET } from './eid-index.js';

const { XTR_INDEX_LOCATOR, XTR_INDEX_LOCATOR_SET, XTR_INDEX_LOCAL, XTR_INDEX_LOCAL_STATUS } = xtr_index_kind;

/**
 * The value of the entry is the index of the counter.
 * @param onlyLocator gives the only locator of a locator-set, or undefined if the set has several or none
 */
export function mappingEntry(
  { locatorSet, counter }: MappingRecord,
  onlyLocator: (locatorSet: number) => number | undefined,
): IndexEntry {
  if (locatorSet === undefined) return askTrie(counter);
  const locator = onlyLocator(locatorSet);
  const target = locator ?? locatorSet;
  if (target > MAX_TARGET) return askTrie(counter);
  return { value: counter, kind: locator === undefined ? XTR_INDEX_LOCATOR_SET : XTR_INDEX_LOCATOR, target };
}

export function localEidEntry({ kind, statusBits }: LocalEidRecord): IndexEntry {
  if (kind !== 'local') return askTrie(0);
  const indexed = statusBits === undefined ? XTR_INDEX_LOCAL : XTR_INDEX_LOCAL_STATUS;
  return { value: statusBits ?? 0, kind: indexed, target: 0 };
}
