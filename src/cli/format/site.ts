// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp site
import type { RegistrationView } from '#api/protocol.js';
import { columns } from './columns.js';
import { duration } from './duration.js';

const LAYOUT = [
  { header: ['Site Name', ''], width: 13 },
  { header: ['Last', 'Register'], width: 8 },
  { header: ['Up', ''], width: 5 },
  { header: ['Who Last', 'Registered'], width: 19 },
  { header: ['Inst', 'ID'], width: 7 },
  { header: ['EID Prefix', ''] },
];

/** One line for each prefix; the site is named once. */
export function formatSites(registrations: readonly RegistrationView[]): string {
  const rows = registrations.map((registration, i) => [
    registration.site === registrations[i - 1]?.site ? '' : registration.site,
    duration(registration.lastRegister_ms),
    up(registration),
    registration.whoLast ?? '--',
    String(registration.instanceId),
    registration.eid,
  ]);
  const title = ['LISP Site Registration Information', '* = Some locators are down or unreachable', ''];
  return `${[...title, ...columns(LAYOUT, rows)].join('\n')}\n`;
}

function up({ registered, etrs }: RegistrationView): string {
  if (!registered) return 'no';
  return etrs.some(({ locators }) => locators.some((locator) => !locator.up)) ? 'yes*' : 'yes';
}
