// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix, Prefix } from '#addr/index.js';
import type { Sections } from './sections.js';

/**
 * The values of a file that are valid on their own. A value that is absent or not valid is undefined, or not in its
 * list.
 */
export type Draft = ReturnType<typeof readDraft>;

export function readDraft(sections: Sections) {
  return {
    sections,
    name: sections.one('name'),
    xtrId: sections.one('xtr-id'),
    siteId: sections.one('site-id'),
    rlocs: sections.list('rlocs'),
    interfaces: sections.list('interfaces'),
    databaseMappings: sections.list('database-mappings'),
    dynamicEids: sections.list('dynamic-eids'),
    mapCache: sections.list('map-cache'),
    mapResolvers: sections.list('map-resolvers'),
    mapServers: sections.list('map-servers'),
    mapServer: sections.one('map-server'),
    recordTtl_ms: sections.one('record-ttl'),
    ttlPropagation: sections.one('ttl-propagation'),
    fragmentation: sections.one('fragmentation'),
    locatorStatusBits: sections.one('locator-status-bits'),
    limits: sections.one('limits'),
    dataPath: sections.one('data-path'),
    kernelSettings: sections.one('kernel-settings'),
    apiSocket: sections.one('api-socket'),
    stateDirectory: sections.one('state-directory'),
    recording: sections.one('recording'),
    log: sections.one('log'),
  };
}

export function eidOf(value: { readonly 'eid-prefix': Prefix; readonly 'instance-id': number }): EidPrefix {
  return { instanceId: value['instance-id'], prefix: value['eid-prefix'] };
}

/** Sections of an xTR. */
export const XTR_SECTIONS = [
  'rlocs',
  'database-mappings',
  'dynamic-eids',
  'map-cache',
  'map-resolvers',
  'map-servers',
] as const;

/** A node is an xTR if its file has one of these sections. */
export function isXtr({ sections }: Draft): boolean {
  return XTR_SECTIONS.some((name) => sections.has(name));
}

/** The default of Sections.list('map-cache'): ask the Map-Resolvers about every EID. */
export function defaultMapCachePrefixes(draft: Draft): EidPrefix[] {
  const instanceIds = new Set(
    draft.interfaces
      .filter(({ value }) => value.roles.includes('eid'))
      .map(({ value }) => value['instance-id']),
  );
  return [...instanceIds]
    .sort((a, b) => a - b)
    .flatMap((instanceId) =>
      ([4, 6] as const).map((family) => ({
        instanceId,
        prefix: { address: { family, bits: 0n }, length: 0 },
      })),
    );
}
