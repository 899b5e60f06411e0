// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import { type Draft, isXtr, XTR_SECTIONS } from './draft.js';
import type { Report } from './problem.js';

/** Checks that a node has what its roles require. */
export function checkRoles(draft: Draft, report: Report): void {
  const { sections } = draft;
  if (!isXtr(draft) && !sections.has('map-server'))
    report([], 'this node has no role', 'write rlocs: for an xTR, map-server: for a Map-Server, or both');
  for (const { value, path } of draft.interfaces)
    if (!value.roles.includes('eid') && value['instance-id'] !== 0)
      report(
        [...path, 'instance-id'],
        'only an interface with role eid has one',
        'add eid to roles, or delete it',
      );
  if (isXtr(draft)) checkXtr(draft, report);
  else if (sections.has('interfaces'))
    report(
      ['interfaces'],
      'a node without rlocs has no use for interfaces',
      'add rlocs:, or delete interfaces:',
    );
}

function checkXtr(draft: Draft, report: Report): void {
  const { sections } = draft;
  if (draft.rlocs.length === 0 && !sections.broken('rlocs')) {
    const because = XTR_SECTIONS.find((name) => sections.has(name)) ?? 'rlocs';
    report([because], 'an xTR needs an RLOC', 'write rlocs: [{address: ADDRESS}]');
  }
  if (!sections.broken('interfaces'))
    for (const role of ['eid', 'rloc'] as const)
      if (!draft.interfaces.some(({ value }) => value.roles.includes(role)))
        report(
          sections.has('interfaces') ? ['interfaces'] : [],
          `an xTR needs an interface with role ${role}`,
          `write interfaces: [{name: INTERFACE, roles: [${role}]}]`,
        );
  if (asksMapResolvers(draft) && draft.mapResolvers.length === 0 && !sections.broken('map-resolvers'))
    report(
      sections.has('map-cache') ? ['map-cache'] : [],
      'send-map-request needs a Map-Resolver to ask',
      'write map-resolvers: [ADDRESS]',
    );
  checkFamilies(draft, report);
}

/** A message to a Map-Resolver or Map-Server is sent from an RLOC of the same family, so there must be one. */
function checkFamilies({ sections, rlocs, mapResolvers, mapServers }: Draft, report: Report): void {
  if (sections.broken('rlocs') || rlocs.length === 0) return;
  const servers = [
    ...mapResolvers.map(({ value, path }) => ({ what: 'Map-Resolver', address: value, path })),
    ...mapServers.map(({ value, path }) => ({
      what: 'Map-Server',
      address: value.address,
      path: [...path, 'address'],
    })),
  ];
  for (const { what, address, path } of servers)
    if (!rlocs.some(({ value }) => value.address.family === address.family))
      report(
        path,
        `this node has no IPv${address.family} RLOC to reach the ${what} ${formatAddress(address)} from`,
        `add an IPv${address.family} address to rlocs, or name an address of the other family`,
      );
}

/** Whether the node sends Map-Requests. The default map-cache and every dynamic-EID prefix make it do so. */
function asksMapResolvers({ sections, mapCache, dynamicEids }: Draft): boolean {
  return (
    !sections.has('map-cache') ||
    dynamicEids.length > 0 ||
    mapCache.some(({ value }) => value.action === 'send-map-request')
  );
}
