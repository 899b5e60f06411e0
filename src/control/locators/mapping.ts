// SPDX-License-Identifier: Apache-2.0
// How an ITR reads an EID-record of a Map-Reply (RFC 9301 section 5.4).
import { ACTION, type EidRecord } from '#wire/messages.js';
import type { Forwarding } from '#control/contract/forwarding.js';
import type { LocalRlocs } from './local-rlocs.js';
import { forwardingLocators } from './locator-set.js';

const MINUTE_ms = 60_000;
/** Lifetime for a Record TTL of 0xffffffff, which leaves it to us: 24 h, the map-cache TTL of IOS. */
export const DEFAULT_LIFETIME_ms = 24 * 60 * MINUTE_ms;
/** The same for negative records: 15 minutes, as Map-Resolvers send (RFC 9301 section 8.1). */
export const NEGATIVE_LIFETIME_ms = 15 * MINUTE_ms;
/**
 * Maximum lifetime of a mapping: 7 days, the maximum that IOS lets an ETR set (ipv4 etr map-cache-ttl 10080).
 */
export const MAX_LIFETIME_ms = 7 * 24 * 60 * MINUTE_ms;
/** Record TTL that leaves the lifetime to the receiver. */
const TTL_UNSPECIFIED = 0xffff_ffff;

/** Lifetime of a record in milliseconds; 0: remove at once. */
export function lifetime_ms(record: EidRecord): number {
  if (record.ttl_min === TTL_UNSPECIFIED)
    return record.locators.length === 0 ? NEGATIVE_LIFETIME_ms : DEFAULT_LIFETIME_ms;
  return Math.min(record.ttl_min * MINUTE_ms, MAX_LIFETIME_ms);
}

/** The forwarding that a record asks for. */
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
