// SPDX-License-Identifier: Apache-2.0
// What changed in the table of registrations, for all that follow it: events, unsolicited Map-Notify messages.
import type { EidPrefix } from '#addr/index.js';
import type { EidRecord } from '#wire/messages.js';
import type { Effect } from '#control/contract/effect.js';
import { report } from '#control/kit/part.js';
import { type EtrRegistration, locatorSet, type RegisterSource } from './registration.js';

/**
 * The EID-prefix is new in the table or has left it, its locator-set is another, or an ETR has lost its registration.
 * A refresh changes nothing.
 */
export type RegistrationChange = {
  readonly eid: EidPrefix;
  /** What was registered for the EID-prefix; none if it is new. */
  readonly before: readonly EtrRegistration[];
  /** What is registered now; none if it has left the table. */
  readonly after: readonly EtrRegistration[];
} & (
  | { readonly why: 'registered'; readonly source: RegisterSource; readonly record: EidRecord }
  | { readonly why: 'withdrawn' | 'expired' }
);

/** Registrations of ETRs that have none for the EID-prefix any more: replaced, withdrawn or expired. */
export function lostRegistrations({ before, after }: RegistrationChange): EtrRegistration[] {
  return before.filter(({ source }) => !after.some((left) => left.source.etr === source.etr));
}

/** One event of what was registered; of what was lost, one for each ETR. */
export function reportChange(change: RegistrationChange, out: Effect[]): void {
  const { eid, after } = change;
  const rlocs = locatorSet(after).map(({ rloc }) => rloc);
  if (change.why === 'registered') {
    const { from: peer, nonce } = change.source;
    out.push(report({ name: 'map-register-accepted', eid, peer, rlocs, nonce }));
    return;
  }
  for (const { source } of lostRegistrations(change))
    out.push(
      report({ name: `registration-${change.why}`, eid, peer: source.from, rlocs, nonce: source.nonce }),
    );
}
