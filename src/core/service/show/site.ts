// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatPrefix, sameEidPrefix } from '#addr/index.js';
import type { EtrRegistration, Registration } from '#control/map-server/registration.js';
import type { ConfiguredPrefix } from '#control/map-server/site-table.js';
import type { MapServer } from '#control/map-server/map-server.js';
import type { TableQuery } from '#core/service/service.js';
import type { RegistrationView } from '#core/service/views.js';
import { eidColumns, hex, mapRows, select } from './select.js';

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

/** A configured prefix without a registration. */
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

/** The rows by site: each configured prefix, followed by the more-specifics that were registered under it. */
export function* siteRows(mapServer: MapServer, query: TableQuery, now: number): Generator<RegistrationView> {
  if (query.eid !== undefined) {
    yield* mapRows(select(mapServer.registrations, query), (each) => registrationView(each, now));
    return;
  }
  const configured = [...select(mapServer.sites, query)];
  for (const each of configured.sort((a, b) => a.site.name.localeCompare(b.site.name)))
    yield* prefixRows(mapServer, each, now);
}

function* prefixRows(
  mapServer: MapServer,
  configured: ConfiguredPrefix,
  now: number,
): Generator<RegistrationView> {
  const { eid } = configured.prefix;
  if (mapServer.registrations.get(eid) === undefined) yield unregisteredView(configured);
  for (const { value } of mapServer.registrations.covered(eid))
    if (value.configured === configured) yield registrationView(value, now);
}
