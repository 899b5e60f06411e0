// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatPrefix, sameEidPrefix } from '../../addr/index.js';
import type { EtrRegistration, Registration } from '../../control/registration.js';
import type { ConfiguredPrefix } from '../../control/site-table.js';
import type { MapServer } from '../../control/map-server.js';
import type { TableQuery } from '../service.js';
import type { RegistrationView } from '../views.js';
import { eidColumns, hex, select } from './select.js';

export function registrationView(registration: Registration, now: number): RegistrationView {
  const { configured, eid, etrs } = registration;
  const last = etrs.at(-1);
  const own = sameEidPrefix(configured.prefix.eid, eid);
  return {
    site: configured.site.name,
    ...eidColumns(eid),
    registered: true,
    lastRegister_ms: last ? now - last.lastRegister_ms : null,
    firstRegister_ms: now - registration.firstRegister_ms,
    whoLast: last ? `${formatAddress(last.source.from)}:${last.source.fromPort}` : null,
    origin: own ? 'Configuration' : 'Dynamic',
    moreSpecificOf: own ? null : formatPrefix(configured.prefix.eid.prefix),
    proxyReply: configured.prefix.proxyReply || etrs.some(({ source }) => source.proxyReply),
    ttl_min: last?.ttl_min ?? null,
    authenticationFailures: configured.authenticationFailures,
    etrs: etrs.map((etr) => etrView(etr, now)),
  };
}

/** A configured prefix that nobody has registered. */
export function unregisteredView(configured: ConfiguredPrefix): RegistrationView {
  return {
    site: configured.site.name,
    ...eidColumns(configured.prefix.eid),
    registered: false,
    lastRegister_ms: null,
    firstRegister_ms: null,
    whoLast: null,
    origin: 'Configuration',
    moreSpecificOf: null,
    proxyReply: configured.prefix.proxyReply,
    ttl_min: null,
    authenticationFailures: configured.authenticationFailures,
    etrs: [],
  };
}

function etrView(
  { source, locators, lastRegister_ms }: EtrRegistration,
  now: number,
): RegistrationView['etrs'][number] {
  return {
    address: `${formatAddress(source.from)}:${source.fromPort}`,
    lastRegister_ms: now - lastRegister_ms,
    xtrId: source.identity ? hex(source.identity.xtrId, 128) : null,
    nonce: hex(source.nonce, 64),
    algorithm: source.key.algorithm,
    locators: locators.map(({ rloc, local, reachable, priority, weight }) => ({
      rloc: formatAddress(rloc),
      local,
      up: reachable,
      priority,
      weight,
    })),
  };
}

/** Site by site, as configured: each prefix, then the more-specifics that were registered under it. */
export function siteRows(mapServer: MapServer, query: TableQuery, now: number): RegistrationView[] {
  if (query.eid !== undefined)
    return select(mapServer.registrations, query).map((registration) => registrationView(registration, now));
  return select(mapServer.sites, query)
    .sort((a, b) => a.site.name.localeCompare(b.site.name))
    .flatMap((configured) => prefixRows(mapServer, configured, now));
}

function prefixRows(mapServer: MapServer, configured: ConfiguredPrefix, now: number): RegistrationView[] {
  const { eid } = configured.prefix;
  const rows = Array.from(mapServer.registrations.covered(eid), ({ value }) => value)
    .filter((registration) => registration.configured === configured)
    .map((registration) => registrationView(registration, now));
  return mapServer.registrations.get(eid) ? rows : [unregisteredView(configured), ...rows];
}
