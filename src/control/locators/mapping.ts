// SPDX-License-Identifier: Apache-2.0
// What an EID-record of a Map-Reply means to an ITR (RFC 9301 section 5.4).
import { ACTION, type EidRecord } from '#wire/messages.js';
import type { Forwarding } from '#control/contract/forwarding.js';
import type { LocalRlocs } from './local-rlocs.js';
import { forwardingLocators } from './locator-set.js';

const MINUTE_ms = 60_000;
/** A Record TTL of 0xffffffff leaves the lifetime to us: 24 h, the map-cache TTL of IOS ... */
export const DEFAULT_LIFETIME_ms = 24 * 60 * MINUTE_ms;
/** ... and 15 minutes for negative ones, which is what Map-Resolvers say (RFC 9301 section 8.1). */
export const NEGATIVE_LIFETIME_ms = 15 * MINUTE_ms;
/** No mapping is believed for longer: 7 days, the most that IOS lets an ETR say (ipv4 etr map-cache-ttl 10080). */
export const MAX_LIFETIME_ms = 7 * 24 * 60 * MINUTE_ms;
/** Record TTL: the receiver decides. */
const TTL_UNSPECIFIED = 0xffff_ffff;

/** Milliseconds that a record may be kept; 0: remove at once. */
export function lifetime_ms(record: EidRecord): number {
  if (record.ttl_min === TTL_UNSPECIFIED)
    return record.locators.length === 0 ? NEGATIVE_LIFETIME_ms : DEFAULT_LIFETIME_ms;
  return Math.min(record.ttl_min * MINUTE_ms, MAX_LIFETIME_ms);
}

/** What to do with packets to the EIDs of a record. */
export function forwardingOf(record: EidRecord, local: LocalRlocs): Forwarding {
  if (record.locators.length > 0)
    return { action: 'encapsulate', locators: forwardingLocators(record.locators, local) };
  switch (record.action) {
    case ACTION.sendMapRequest:
      return { action: 'send-map-request' };
    case ACTION.drop:
    case ACTION.dropPolicyDenied:
    case ACTION.dropAuthFailure:
      return { action: 'drop' };
    default: // no-action: "no packet encapsulation occurs"; 6 and 7 are not assigned
      return { action: 'forward-native' };
  }
}
