// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix, isHostPrefix } from '#addr/index.js';
import { AWAY_LIFETIME_MAX_ms, type AwayTable } from './mobility/away.js';
import type { XtrConfig } from './contract/config.js';
import type { Database } from './etr/database.js';
import type { DynamicEids } from './mobility/dynamic-eid.js';
import type { Effect } from './contract/effect.js';
import type { Forwarding, ForwardingLocator, LocalEid } from './contract/forwarding.js';
import type { LocalRlocs } from './locators/local-rlocs.js';
import { forwardingLocators, sameForwarding, sameLocators } from './locators/locator-set.js';
import type { AdoptedState } from './contract/inputs.js';
import type { MapCacheEntry } from './itr/map-cache-entry.js';
import type { MapCache } from './itr/map-cache.js';
import { MAX_LIFETIME_ms } from './locators/mapping.js';
import type { OwnAddresses } from './mobility/own-addresses.js';
import type { Registrar } from './etr/registrar.js';

export interface AdoptionContext {
  readonly config: XtrConfig;
  readonly local: LocalRlocs;
  readonly database: Database;
  readonly dynamicEids: DynamicEids;
  readonly ownAddresses: OwnAddresses;
  readonly away: AwayTable;
  readonly mapCache: MapCache;
  readonly registrar: Registrar;
}

/**
 * Makes the tries match the configuration and keeps learnt entries that still fit it. Entries that are
 * already right are not rewritten, so packets never meet a gap. Returns the recovered map-cache entries.
 */
export function adoptTries(
  adopted: AdoptedState,
  context: AdoptionContext,
  now: number,
  out: Effect[],
): readonly MapCacheEntry[] {
  adoptLocalEids(adopted.localEids, context, now, out);
  configureLocalEids(adopted.localEids, context, now, out);
  configureMapCache(adopted.mapCache, context, now, out);
  return adoptMapCache(adopted.mapCache, context, now, out);
}

function adoptLocalEids(
  adopted: AdoptedState['localEids'],
  context: AdoptionContext,
  now: number,
  out: Effect[],
): void {
  for (const { eid, entry } of adopted) {
    if (context.database.configured.get(eid) !== undefined) continue;
    if (!keepLocalEid(eid, entry, context, now, out)) out.push({ type: 'local-eid-delete', eid });
  }
}

function keepLocalEid(
  eid: EidPrefix,
  entry: LocalEid,
  { database, dynamicEids, ownAddresses, away, local }: AdoptionContext,
  now: number,
  out: Effect[],
): boolean {
  const host = { instanceId: eid.instanceId, address: eid.prefix.address };
  if (entry.kind === 'local' && ownAddresses.has(eid)) return true;
  if (!isHostPrefix(eid.prefix) || database.dynamicPrefixOf(host) === undefined) return false;
  if (entry.kind === 'local')
    return entry.ifindex !== undefined && entry.dynamic && dynamicEids.recover(host, entry.ifindex, now, out);
  if (entry.kind === 'dynamic') return false;
  const locators = withCurrentSources(entry.locators, local);
  if (!away.adopt(eid, locators, now + AWAY_LIFETIME_MAX_ms, now)) return false;
  if (!sameLocators(locators, entry.locators))
    out.push({ type: 'local-eid-set', eid, entry: { kind: 'away', locators } });
  return true;
}

function configureLocalEids(
  adopted: AdoptedState['localEids'],
  { config, database, registrar }: AdoptionContext,
  now: number,
  out: Effect[],
): void {
  const found = new Map(adopted.map(({ eid, entry }) => [formatEidPrefix(eid), entry]));
  for (const { eid, value: entry } of database.configured.entries())
    if (!isConfigured(found.get(formatEidPrefix(eid)), entry))
      out.push({ type: 'local-eid-set', eid, entry });
  for (const { eid } of config.databaseMappings) {
    const registrations = registrar.register(eid, now);
    database.add({ eid, dynamicEid: undefined, createdAt_ms: now, registrations });
  }
}

function configureMapCache(
  adopted: AdoptedState['mapCache'],
  { config, database, mapCache }: AdoptionContext,
  now: number,
  out: Effect[],
): void {
  const found = new Map(adopted.map((entry) => [formatEidPrefix(entry.eid), entry]));
  const configure = (eid: EidPrefix, via: 'static' | 'dynamic-EID', forwarding: Forwarding): void => {
    if (database.table.get(eid) !== undefined || mapCache.table.get(eid) !== undefined) return;
    const before = found.get(formatEidPrefix(eid));
    const programmed =
      before !== undefined &&
      before.expiresAt_ms === undefined &&
      sameForwarding(before.forwarding, forwarding);
    mapCache.configure(eid, via, forwarding, programmed, now, out);
  };
  for (const { eid, forwarding } of config.staticMappings) configure(eid, 'static', forwarding);
  for (const { eid } of config.dynamicEids) configure(eid, 'dynamic-EID', { action: 'send-map-request' });
}

function adoptMapCache(
  adopted: AdoptedState['mapCache'],
  context: AdoptionContext,
  now: number,
  out: Effect[],
): MapCacheEntry[] {
  const recovered: MapCacheEntry[] = [];
  for (const found of adopted) {
    if (context.mapCache.table.get(found.eid) !== undefined) continue;
    const entry = keepMapping(found, context, now, out);
    if (entry !== undefined) recovered.push(entry);
    else removeMapping(found.eid, context, out);
  }
  return recovered;
}

/** The same trie holds the local EIDs. A local EID whose place the mapping took is written again. */
function removeMapping(eid: EidPrefix, { database, dynamicEids }: AdoptionContext, out: Effect[]): void {
  out.push({ type: 'map-cache-delete', eid });
  if (database.table.get(eid) === undefined) return;
  const ifindex = dynamicEids.table.get(eid)?.ifindex;
  const entry: LocalEid = database.configured.get(eid) ?? { kind: 'local', ifindex, dynamic: true };
  out.push({ type: 'local-eid-set', eid, entry });
}

function keepMapping(
  found: AdoptedState['mapCache'][number],
  { database, mapCache, local }: AdoptionContext,
  now: number,
  out: Effect[],
): MapCacheEntry | undefined {
  const { eid, forwarding: before, expiresAt_ms } = found;
  if (expiresAt_ms === undefined || expiresAt_ms <= now) return undefined;
  if (database.owner(eid) !== undefined) return undefined;
  const forwarding: Forwarding =
    before.action === 'encapsulate'
      ? { action: 'encapsulate', locators: withCurrentSources(before.locators, local) }
      : before;
  const entry = mapCache.recover(eid, forwarding, Math.min(expiresAt_ms, now + MAX_LIFETIME_ms), now);
  if (entry !== undefined && !sameForwarding(before, forwarding)) mapCache.reprogram(eid, now, out);
  return entry;
}

/** Our RLOCs may have changed since the agent wrote the tries. */
function withCurrentSources(
  locators: readonly ForwardingLocator[],
  local: LocalRlocs,
): readonly ForwardingLocator[] {
  return forwardingLocators(
    locators.map((locator) => ({ ...locator, reachable: locator.usable })),
    local,
  );
}

function isConfigured(found: LocalEid | undefined, configured: LocalEid): boolean {
  if (found === undefined || found.kind !== configured.kind) return false;
  if (found.kind !== 'local' || configured.kind !== 'local') return true;
  return found.ifindex === configured.ifindex && found.dynamic === configured.dynamic;
}
