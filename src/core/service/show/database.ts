// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatPrefix } from '#addr/index.js';
import type { LocalRloc } from '#control/contract/config.js';
import type { DatabaseEntry } from '#control/etr/database.js';
import type { DynamicEid } from '#control/mobility/dynamic-eid.js';
import type { DatabaseEntryView, DynamicEidView } from '#core/service/views.js';
import { eidColumns } from './select.js';

export function databaseEntryView(
  entry: DatabaseEntry,
  rlocs: readonly LocalRloc[],
  now: number,
): DatabaseEntryView {
  return {
    ...eidColumns(entry.eid),
    dynamicEid: entry.dynamicEid?.name ?? null,
    uptime_ms: now - entry.createdAt_ms,
    lastChange_ms: now - entry.createdAt_ms,
    locators: rlocs.map(({ address, priority, weight }) => ({
      rloc: formatAddress(address),
      priority,
      weight,
    })),
    mapServers: entry.registrations.map(({ address, acknowledged, registeredSince_ms }) => ({
      address: formatAddress(address),
      uptime_ms: registeredSince_ms === undefined ? null : now - registeredSince_ms,
      acknowledged,
    })),
  };
}

/** @param interfaceName of the interface on which it was seen */
export function dynamicEidView(entry: DynamicEid, interfaceName: string, now: number): DynamicEidView {
  return {
    instanceId: entry.eid.instanceId,
    name: entry.prefix.name,
    prefix: formatPrefix(entry.prefix.eid.prefix),
    eid: formatAddress(entry.eid.address),
    interface: interfaceName,
    uptime_ms: now - entry.createdAt_ms,
    lastActivity_ms: now - entry.lastActivity_ms,
    discovery: entry.discovery,
  };
}
