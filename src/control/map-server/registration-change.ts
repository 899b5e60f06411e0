// SPDX-License-Identifier: Apache-2.0
// Changes of the registration table, for events and unsolicited Map-Notifies.
import type { EidPrefix } from '#addr/index.js';
import type { EidRecord } from '#wire/messages.js';
import type { Effect } from '#control/contract/effect.js';
import { report } from '#control/kit/part.js';
import { type EtrRegistration, locatorSet, type RegisterSource } from './registration.js';

/**
 * A change: an EID-prefix was added or removed, its locator-set changed, or an ETR lost its registration. A
 * refresh is no change.
 */
export type RegistrationChange = {
  readonly eid: EidPrefix;
  /** Registrations before the change; empty if the EID-prefix is new. */
  readonly before: readonly EtrRegistration[];
  /** Registrations after the change; empty if the EID-prefix was removed. */
  readonly after: readonly EtrRegistration[];
} & (
  | { readonly why: 'registered'; readonly source: RegisterSource; readonly record: EidRecord }
  | { readonly why: 'withdrawn' | 'expired' }
);

/** The registrations that were lost: replaced, withdrawn or expired. */
export function lostRegistrations({ before, after }: RegistrationChange): EtrRegistration[] {
  return before.filter(({ source }) => !after.some((left) => left.source.etr === source.etr));
}

/** Reports one event for a registration, and one for each lost registration otherwise. */
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
