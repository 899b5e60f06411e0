// SPDX-License-Identifier: Apache-2.0
import type {
  AuthenticationKey,
  MapServerConfig,
  StaticMapping,
  XtrLimits,
} from '#control/contract/config.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import type { Configuration } from '#core/configuration.js';
import { defaultMapCachePrefixes, type Draft, eidOf, isXtr } from './draft.js';
import type { Secrets } from './secrets.js';

/** Values of this run that the file does not contain. */
export interface RunIdentity {
  readonly xtrId: bigint;
  /** See XtrConfig. */
  readonly firstRegisterNonce: bigint;
}

/** The directory in which the generated xTR-ID is kept. The draft has no problems. */
export function stateDirectoryOf(draft: Draft): string {
  return draft.stateDirectory ?? `/var/lib/xtrd/${present(draft.name)}`;
}

/** Converts a draft without problems to the configuration that the agent uses. */
export function buildConfiguration(draft: Draft, secrets: Secrets, run: RunIdentity): Configuration {
  const name = present(draft.name);
  const dataPath = present(draft.dataPath);
  return {
    name,
    interfaces: draft.interfaces.map(({ value }) => ({
      name: value.name,
      roles: value.roles,
      instanceId: value['instance-id'],
    })),
    xtr: isXtr(draft) ? buildXtr(draft, secrets, run) : undefined,
    mapServer: buildMapServer(draft, secrets),
    dataPath: {
      xdpMode: dataPath['xdp-mode'],
      bpfFilesystem: dataPath['bpf-filesystem'],
      locatorSets: dataPath['locator-sets'],
      locators: dataPath.locators,
      puntRing: dataPath['punt-ring-bytes'],
      puntRates_pps: dataPath['punt-rates'],
    },
    kernelSettings: present(draft.kernelSettings),
    apiSocket: draft.apiSocket ?? `/run/xtrd/${name}.sock`,
    stateDirectory: stateDirectoryOf(draft),
    recording: draft.recording && { file: draft.recording.file, maxBytes: draft.recording.bytes },
    log: present(draft.log),
  };
}

function buildXtr(draft: Draft, secrets: Secrets, run: RunIdentity): NonNullable<Configuration['xtr']> {
  return {
    identity: { xtrId: draft.xtrId ?? run.xtrId, siteId: present(draft.siteId) },
    rlocs: draft.rlocs.map(({ value }) => value),
    databaseMappings: draft.databaseMappings.map(({ value }) => ({ eid: eidOf(value) })),
    dynamicEids: draft.dynamicEids.map(({ value }) => ({ name: value.name, eid: eidOf(value) })),
    mapResolvers: draft.mapResolvers.map(({ value }) => value),
    mapServers: draft.mapServers.map(({ value }, i) => ({
      address: value.address,
      key: present(secrets.mapServers[i]),
      proxyReply: value['proxy-reply'],
    })),
    staticMappings: buildStaticMappings(draft),
    recordTtl_min: present(draft.recordTtl_ms) / 60_000,
    ttlPropagation: present(draft.ttlPropagation),
    fragmentation: present(draft.fragmentation),
    locatorStatusBits: present(draft.locatorStatusBits),
    firstRegisterNonce: run.firstRegisterNonce,
    limits: buildLimits(present(draft.limits)),
  };
}

function buildStaticMappings(draft: Draft): StaticMapping[] {
  if (!draft.sections.has('map-cache'))
    return defaultMapCachePrefixes(draft).map((eid) => ({ eid, forwarding: { action: 'send-map-request' } }));
  return draft.mapCache.map(({ value }) => ({
    eid: eidOf(value),
    forwarding: value.locators
      ? { action: 'encapsulate', locators: value.locators.map((locator) => withSource(draft, locator)) }
      : { action: present(value.action) },
  }));
}

function withSource(draft: Draft, locator: Omit<ForwardingLocator, 'source' | 'usable'>): ForwardingLocator {
  const own = draft.rlocs.find(({ value }) => value.address.family === locator.rloc.family);
  return { ...locator, source: present(own).value.address, usable: true };
}

function buildLimits(limits: NonNullable<Draft['limits']>): XtrLimits {
  return {
    mapCacheEntries: limits['map-cache-entries'],
    dynamicEids: limits['dynamic-eids'],
    pendingMapRequests: limits['pending-map-requests'],
    heldPacketsPerEid:
      limits['held-packets-per-eid'] ??
      Math.min(DEFAULT_XTR_LIMITS.heldPacketsPerEid, limits['held-packets']),
    heldPackets: limits['held-packets'],
    smrPerRlocInterval_ms: limits['smr-per-rloc-interval'],
    smrSuppression_ms: limits['smr-suppression'],
    smrInvokedInterval_ms: limits['smr-invoked-interval'],
    mapReplyInterval_ms: limits['map-reply-interval'],
    mapRepliesPerRloc_pps: limits['map-replies-per-rloc'],
  };
}

function buildMapServer(draft: Draft, secrets: Secrets): MapServerConfig | undefined {
  const { mapServer } = draft;
  if (!mapServer) return undefined;
  return {
    addresses: mapServer.addresses ?? draft.rlocs.map(({ value }) => value.address),
    sites: mapServer.sites.map((site, s) => ({
      name: site.name,
      keys: present(secrets.sites[s]).map((key): AuthenticationKey => present(key)),
      prefixes: site['eid-prefixes'].map((prefix) => ({
        eid: eidOf(prefix),
        acceptMoreSpecifics: prefix['accept-more-specifics'],
        proxyReply: prefix['proxy-reply'],
      })),
      strictNonces: site['strict-nonces'],
    })),
    limits: {
      registrations: mapServer.limits.registrations,
      pendingNotifies: mapServer.limits['pending-notifies'],
      mapReplyInterval_ms: mapServer.limits['map-reply-interval'],
      mapRepliesPerRloc_pps: mapServer.limits['map-replies-per-rloc'],
    },
  };
}

/** For values that a draft without problems always has. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a configuration with problems was to be built');
  return value;
}
