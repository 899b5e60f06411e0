// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatEidPrefix } from '#addr/index.js';
import { eachRepeated } from './check-duplicates.js';
import { type Draft, eidOf } from './draft.js';
import type { Path, Report } from './problem.js';

export function checkMapServer(draft: Draft, report: Report): void {
  const { mapServer, sections } = draft;
  if (!mapServer) return;
  if (draft.rlocs.length === 0 && !sections.broken('rlocs') && (mapServer.addresses ?? []).length === 0)
    report(
      ['map-server', 'addresses'],
      'is missing',
      'write the addresses of this node on which the Map-Server listens',
    );
  eachRepeated(
    [...(mapServer.addresses ?? []).entries()],
    ([, address]) => formatAddress(address),
    ([i, address]) => {
      report(['map-server', 'addresses', i], `${formatAddress(address)} occurs twice`, 'keep one of the two');
    },
  );
  const sites = mapServer.sites.map((value, i) => ({ value, path: ['map-server', 'sites', i] }));
  eachRepeated(
    sites,
    ({ value }) => value.name,
    ({ value, path }) => {
      report([...path, 'name'], `${value.name} occurs twice`, 'give each site its own name');
    },
  );
  for (const { value, path } of sites) checkSite(value, path, report);
  const prefixes = sites.flatMap(({ value, path }) =>
    value['eid-prefixes'].map((prefix, i) => ({
      eid: eidOf(prefix),
      path: [...path, 'eid-prefixes', i, 'eid-prefix'],
    })),
  );
  eachRepeated(
    prefixes,
    ({ eid }) => formatEidPrefix(eid),
    ({ eid, path }) => {
      report(path, `${formatEidPrefix(eid)} occurs twice`, 'let one site register it');
    },
  );
}

function checkSite(site: NonNullable<Draft['mapServer']>['sites'][number], path: Path, report: Report): void {
  // RFC 9301 section 8.2: no registration without a pre-shared secret, nor for a prefix that is not configured.
  if (site.keys.length === 0) report([...path, 'keys'], 'a site needs a key', 'write keys: [{file: PATH}]');
  if (site['eid-prefixes'].length === 0)
    report(
      [...path, 'eid-prefixes'],
      'a site needs an EID-prefix',
      'write eid-prefixes: [{eid-prefix: PREFIX}]',
    );
  eachRepeated(
    [...site.keys.entries()],
    ([, key]) => String(key.id),
    ([i, key]) => {
      report(
        [...path, 'keys', i, 'id'],
        `the key ID ${key.id} occurs twice`,
        'give each key of a site its own id',
      );
    },
  );
}
