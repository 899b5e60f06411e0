// SPDX-License-Identifier: Apache-2.0
import { MAX_LOCATORS } from '#wire/eid-record.js';
import { formatAddress, formatEidPrefix } from '#addr/index.js';
import { type Draft, eidOf } from './draft.js';
import type { Path, Report } from './problem.js';

/** Calls `again` for each item with the same key as an earlier item. */
export function eachRepeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  again: (item: T) => void,
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (seen.has(key)) again(item);
    seen.add(key);
  }
}

/** Maximum lengths of lists. The RLOCs of an xTR are the locators of its records. */
const AT_MOST = { rlocs: MAX_LOCATORS, interfaces: 256, 'map-resolvers': 32, 'map-servers': 32 } as const;

export function checkDuplicates(draft: Draft, report: Report): void {
  const once = <T extends { readonly path: Path }>(
    items: readonly T[],
    textOf: (item: T) => string,
    key: string | undefined,
    hint: string,
  ): void => {
    eachRepeated(items, textOf, (item) => {
      report(key === undefined ? item.path : [...item.path, key], `${textOf(item)} occurs twice`, hint);
    });
  };
  once(draft.interfaces, ({ value }) => value.name, 'name', 'write one entry with roles: [eid, rloc]');
  once(draft.rlocs, ({ value }) => formatAddress(value.address), 'address', 'keep one of the two');
  once(draft.mapResolvers, ({ value }) => formatAddress(value), undefined, 'keep one of the two');
  once(draft.mapServers, ({ value }) => formatAddress(value.address), 'address', 'keep one of the two');
  once(draft.dynamicEids, ({ value }) => value.name, 'name', 'give each dynamic-EID prefix its own name');
  once(draft.mapCache, ({ value }) => formatEidPrefix(eidOf(value)), 'eid-prefix', 'keep one of the two');
  for (const { value, path } of draft.interfaces)
    eachRepeated(
      value.roles,
      (role) => role,
      (role) => {
        report([...path, 'roles'], `${role} occurs twice`, 'keep one of the two');
      },
    );
  const counts = {
    rlocs: draft.rlocs.length,
    interfaces: draft.interfaces.length,
    'map-resolvers': draft.mapResolvers.length,
    'map-servers': draft.mapServers.length,
  };
  for (const name of ['rlocs', 'interfaces', 'map-resolvers', 'map-servers'] as const)
    if (counts[name] > AT_MOST[name])
      report([name], `${counts[name]} entries are too many`, `write at most ${AT_MOST[name]}`);
}
