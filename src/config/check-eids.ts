// SPDX-License-Identifier: Apache-2.0
import { type Address, EidTable, formatAddress, formatEidPrefix, type EidPrefix } from '#addr/index.js';
import { type Draft, eidOf } from './draft.js';
import type { Path, Report } from './problem.js';

interface LocalPrefix {
  readonly eid: EidPrefix;
  readonly path: Path;
  readonly dynamic: boolean;
}

/** The EID-prefixes behind this node: database mappings and dynamic-EID prefixes. */
export function checkEids(draft: Draft, report: Report): void {
  const local: LocalPrefix[] = [
    ...draft.databaseMappings.map(({ value, path }) => ({ eid: eidOf(value), path, dynamic: false })),
    ...draft.dynamicEids.map(({ value, path }) => ({ eid: eidOf(value), path, dynamic: true })),
  ];
  const table = checkOverlaps(local, report);
  checkInstances(draft, local, report);
  checkCircularity(draft, table, report);
}

/** A dynamic-EID prefix may lie inside a database mapping. Then its hosts may move, and the other hosts may not. */
function checkOverlaps(local: readonly LocalPrefix[], report: Report): EidTable<LocalPrefix> {
  const table = new EidTable<LocalPrefix>();
  const longestLast = [...local].sort((a, b) => a.eid.prefix.length - b.eid.prefix.length);
  for (const prefix of longestLast) {
    const outer = table.longestCover(prefix.eid)?.value;
    const text = formatEidPrefix(prefix.eid);
    const at = [...prefix.path, 'eid-prefix'];
    if (outer && outer.eid.prefix.length === prefix.eid.prefix.length) {
      report(at, `${text} occurs twice`, 'keep one of the two');
    } else {
      if (outer && (outer.dynamic || !prefix.dynamic))
        report(
          at,
          `${text} lies inside ${formatEidPrefix(outer.eid)}`,
          'keep one, or choose prefixes that do not overlap',
        );
      table.set(prefix.eid, prefix);
    }
  }
  return table;
}

/** Packets reach an EID only through an interface of its instance. */
function checkInstances(draft: Draft, local: readonly LocalPrefix[], report: Report): void {
  if (draft.sections.broken('interfaces')) return;
  const served = new Set(
    draft.interfaces
      .filter(({ value }) => value.roles.includes('eid'))
      .map(({ value }) => value['instance-id']),
  );
  if (served.size === 0) return; // checkRoles reports it
  for (const { eid, path } of local)
    if (!served.has(eid.instanceId))
      report(
        [...path, 'instance-id'],
        `no interface with role eid has the instance ID ${eid.instanceId}`,
        `write one of ${[...served].join(', ')}, or add the interface`,
      );
}

/**
 * RFC 9301 section 8.1: reaching the mapping system must not require a mapping. Only the addresses of instance 0 can be
 * RLOCs, too.
 */
function checkCircularity(draft: Draft, table: EidTable<LocalPrefix>, report: Report): void {
  const underlay: { path: Path; address: Address; what: string }[] = [
    ...draft.rlocs.map(({ value, path }) => ({
      path: [...path, 'address'],
      address: value.address,
      what: 'RLOC',
    })),
    ...draft.mapResolvers.map(({ value, path }) => ({ path, address: value, what: 'Map-Resolver' })),
    ...draft.mapServers.map(({ value, path }) => ({
      path: [...path, 'address'],
      address: value.address,
      what: 'Map-Server',
    })),
    ...(draft.mapServer?.addresses ?? []).map((address, i) => ({
      path: ['map-server', 'addresses', i],
      address,
      what: 'Map-Server',
    })),
  ];
  for (const { path, address, what } of underlay) {
    const match = table.longestMatch({ instanceId: 0, address });
    if (match)
      report(
        path,
        `the ${what} ${formatAddress(address)} lies in the EID-prefix ${formatEidPrefix(match.eid)}`,
        'name an address outside of the EID-prefixes',
      );
  }
}
