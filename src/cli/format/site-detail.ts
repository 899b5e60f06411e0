// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp site EID
import type { RegistrationView } from '#api/protocol.js';
import { columns, labelled, priorityWeight } from './columns.js';
import { duration } from './duration.js';
import { hexWords } from './hex.js';

type Etr = RegistrationView['etrs'][number];

const MINUTE_ms = 60_000;

export function formatSiteDetail(registrations: readonly RegistrationView[]): string {
  const lines = registrations.flatMap((registration, i) => [
    ...(registration.site === registrations[i - 1]?.site
      ? []
      : [`Site name: ${registration.site}`, 'Requested EID-prefix:', '']),
    ...registrationLines(registration),
  ]);
  return `${['LISP Site Registration Information', '', ...lines].join('\n')}\n`;
}

function registrationLines(registration: RegistrationView): string[] {
  const { eid, instanceId, origin, moreSpecificOf, ttl_min } = registration;
  const fact = (label: string, value: string): string => labelled(`    ${label}:`, value, 26);
  return [
    `  EID-prefix: ${eid} instance-id ${instanceId}`,
    fact('First registered', duration(registration.firstRegister_ms)),
    fact('Last registered', duration(registration.lastRegister_ms)),
    fact('Origin', moreSpecificOf === null ? origin : `${origin}, more specific of ${moreSpecificOf}`),
    fact('Proxy reply', registration.proxyReply ? 'Yes' : 'No'),
    ...(ttl_min === null ? [] : [fact('TTL', duration(ttl_min * MINUTE_ms))]),
    fact('State', registration.registered ? 'complete' : 'unknown'),
    '    Registration errors:',
    `      Authentication failures:   ${registration.authenticationFailures}`,
    ...(registration.etrs.length === 0 ? ['    No registrations.'] : registration.etrs.flatMap(etrLines)),
  ];
}

function etrLines({ address, lastRegister_ms, algorithm, nonce, xtrId, locators }: Etr): string[] {
  const head = `    ETR ${address}, `;
  const below = ' '.repeat(head.length);
  return [
    `${head}last registered ${duration(lastRegister_ms)}`,
    `${below}hash-function ${hashFunction(algorithm)}, nonce ${hexWords(nonce)}`,
    ...(xtrId === null ? [] : [`${below}xTR-ID ${hexWords(xtrId)}`]),
    ...columns(
      [
        { header: ['Locator'] },
        { header: ['Local'] },
        { header: ['State'], width: 9 },
        { header: ['Pri/Wgt'] },
      ],
      locators.map(({ rloc, local, up, priority, weight }) => [
        rloc,
        local ? 'yes' : 'no',
        up ? 'up' : 'unreachable',
        priorityWeight(priority, weight),
      ]),
      6,
    ),
  ];
}

/** The short names of IOS. */
function hashFunction(algorithm: string): string {
  switch (algorithm) {
    case 'hmac-sha-1-96':
      return 'sha1';
    case 'hmac-sha-256-128':
      return 'sha2';
    default:
      return algorithm;
  }
}
