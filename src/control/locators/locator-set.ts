// SPDX-License-Identifier: Apache-2.0
import { type Address, isRoutableUnicast, sameAddress } from '#addr/index.js';
import type { LocatorRecord } from '#wire/messages.js';
import type { Forwarding, ForwardingLocator } from '#control/contract/forwarding.js';
import type { LocalRlocs } from './local-rlocs.js';

/** A locator of this priority is never used for unicast (RFC 9300 section 9, RFC 9301 section 5.4). */
export const UNUSED_PRIORITY = 255;

/**
 * The locators of a record for the data path: all of them, in the order of the record, so that ordinals match
 * the locator status bits of the ETR. Locators that must not be used are not usable (RFC 9300 section 9).
 */
export function forwardingLocators(
  locators: readonly Pick<LocatorRecord, 'rloc' | 'priority' | 'weight' | 'reachable'>[],
  local: LocalRlocs,
): ForwardingLocator[] {
  return locators.map(({ rloc, priority, weight, reachable }) => {
    const source = local.first(rloc.family);
    const allowed = source !== undefined && isRoutableUnicast(rloc) && !local.has(rloc);
    return {
      rloc,
      priority,
      weight,
      source: source ?? { family: rloc.family, bits: 0n },
      usable: allowed && reachable && priority !== UNUSED_PRIORITY,
    };
  });
}

export function sameForwarding(a: Forwarding, b: Forwarding): boolean {
  if (a.action !== 'encapsulate' || b.action !== 'encapsulate') return a.action === b.action;
  return sameLocators(a.locators, b.locators);
}

export function sameLocators(a: readonly ForwardingLocator[], b: readonly ForwardingLocator[]): boolean {
  return (
    a.length === b.length &&
    a.every((locator, i) => {
      const other = b[i];
      return other !== undefined && sameLocator(locator, other);
    })
  );
}

function sameLocator(a: ForwardingLocator, b: ForwardingLocator): boolean {
  return (
    sameAddress(a.rloc, b.rloc) &&
    sameAddress(a.source, b.source) &&
    a.priority === b.priority &&
    a.weight === b.weight &&
    a.usable === b.usable
  );
}

/** The usable RLOCs of an entry. */
export function usedRlocs(forwarding: Forwarding): readonly Address[] {
  return forwarding.action === 'encapsulate' ? usableRlocs(forwarding.locators) : [];
}

export function usableRlocs(locators: readonly ForwardingLocator[]): readonly Address[] {
  return locators.filter((locator) => locator.usable).map((locator) => locator.rloc);
}
