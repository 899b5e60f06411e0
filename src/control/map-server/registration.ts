// SPDX-License-Identifier: Apache-2.0
// The registrations of one EID-prefix, and how a new one joins or replaces the others.
import { createHash } from 'node:crypto';
import { type Address, compareAddresses, type EidPrefix, formatAddress, sameAddress } from '#addr/index.js';
import type { EidRecord, LocatorRecord, MapRegister, XtrIdentity } from '#wire/messages.js';
import type { AuthenticationKey } from '#control/contract/config.js';
import type { Received } from '#control/contract/inputs.js';
import type { ConfiguredPrefix } from './site-table.js';

/** Sender and options of an accepted Map-Register. All its records share it. */
export interface RegisterSource {
  /** Key of the ETR, see etrKey. Stored nonces use it: up to 64 digits and colons. */
  readonly etr: string;
  /** The message has only withdrawals, and only its source address identifies the ETR. */
  readonly byAddress: boolean;
  readonly identity: XtrIdentity | undefined;
  readonly from: Address;
  readonly fromPort: number;
  /** Our address that it registers with. */
  readonly to: Address;
  readonly key: AuthenticationKey;
  /** As in the message, so that a 16-bit key ID of RFC 6830 is returned unchanged. */
  readonly keyId: number;
  readonly algorithmId: number;
  readonly nonce: bigint;
  readonly proxyReply: boolean;
  readonly merge: boolean;
  readonly wantMapNotify: boolean;
  readonly securityCapable: boolean;
  readonly pool: LocatorPool;
}

/**
 * Stores equal locator-sets of one ETR once: an ETR may register very many EID-prefixes with the same set.
 */
export class LocatorPool {
  #latest: readonly LocatorRecord[] = [];

  share(locators: readonly LocatorRecord[]): readonly LocatorRecord[] {
    if (!sameLocators(this.#latest, locators)) this.#latest = locators;
    return this.#latest;
  }
}

/** The registration of one EID-prefix by one ETR. Times: CLOCK_MONOTONIC milliseconds. */
export interface EtrRegistration {
  readonly source: RegisterSource;
  /** In ascending order of address, without duplicates. */
  readonly locators: readonly LocatorRecord[];
  readonly ttl_min: number;
  readonly mapVersion: number;
  readonly firstRegister_ms: number;
  readonly lastRegister_ms: number;
  readonly expiresAt_ms: number;
}

export interface Registration {
  readonly eid: EidPrefix;
  /** The configured prefix that accepted it: equal or less-specific. */
  readonly configured: ConfiguredPrefix;
  readonly firstRegister_ms: number;
  /** Changes with the locator-set; unique over all registrations. */
  readonly version: number;
  /** 1 or more, the latest registration last. */
  readonly etrs: readonly EtrRegistration[];
}

export function registerSource(
  received: Received,
  register: MapRegister,
  key: AuthenticationKey,
): RegisterSource {
  const { from, fromPort, to } = received;
  const { identity, authentication, nonce, proxyReply, merge, wantMapNotify, securityCapable } = register;
  const { keyId, algorithmId } = authentication;
  const byAddress =
    identity === undefined &&
    register.records.every(({ ttl_min, locators }) => ttl_min === 0 && locators.length === 0);
  const etr = byAddress ? `from:${formatAddress(from)}` : etrKey(identity, register.records);
  return {
    etr,
    byAddress,
    identity,
    from,
    fromPort,
    to,
    key,
    keyId,
    algorithmId,
    nonce,
    proxyReply,
    merge,
    wantMapNotify,
    securityCapable,
    pool: new LocatorPool(),
  };
}

/**
 * Identifies an ETR: by Site-ID and xTR-ID. Without them, by the RLOCs that it marks as its own (L bit), or
 * if it marks none, by all RLOCs that it registers. RLOCs are signed; the source address is not. If the
 * source address identified the ETR, a captured Map-Register sent from another address would be the first of
 * another ETR, without an earlier nonce, and would replace the registration.
 */
function etrKey(identity: XtrIdentity | undefined, records: readonly EidRecord[]): string {
  if (identity) return `${identity.siteId.toString(16)}:${identity.xtrId.toString(16)}`;
  const locators = records.flatMap((record) => record.locators);
  const own = locators.filter(({ local }) => local);
  const rlocs = sortedLocators(own.length > 0 ? own : locators).map(({ rloc }) => formatAddress(rloc));
  return createHash('sha256').update(rlocs.join()).digest('hex').slice(0, 32); // there may be thousands
}

/**
 * Whether a withdrawal applies to this registration: both are from the same ETR. A withdrawal without xTR-ID
 * has no locators either, so it applies to registrations from its source address. That address can be forged,
 * but the key has to be the same, and the nonces of an ETR grow: a message that was sent (and captured)
 * before the registration withdraws nothing.
 */
export function withdraws(
  source: RegisterSource,
  { source: registered }: EtrRegistration,
  strictNonces: boolean,
) {
  if (source.etr === registered.etr) return true;
  const anonymous = source.identity === undefined && registered.identity === undefined;
  const sameSender = source.key === registered.key && sameAddress(source.from, registered.from);
  return anonymous && sameSender && (!strictNonces || source.nonce > registered.nonce);
}

/** The same source. Values equal to those of an earlier message of the ETR are shared. */
export function withSharedValues(source: RegisterSource, earlier: RegisterSource): RegisterSource {
  const from = sameAddress(source.from, earlier.from) ? earlier.from : source.from;
  const to = sameAddress(source.to, earlier.to) ? earlier.to : source.to;
  return { ...source, etr: earlier.etr, identity: earlier.identity, from, to, pool: earlier.pool };
}

/**
 * Adds the latest registration. With the merge bit it joins those of other ETRs (RFC 9301 section 5.6, a).
 * Without it, its locator-set is the complete one: registrations of other ETRs stay only if it includes their
 * locators, as when every ETR of a site registers the complete set. Otherwise the EID has moved and they are
 * replaced.
 */
export function joinRegistration(
  existing: readonly EtrRegistration[],
  latest: EtrRegistration,
): readonly EtrRegistration[] {
  const stays = ({ source, locators }: EtrRegistration): boolean =>
    source.etr !== latest.source.etr && (latest.source.merge || includesLocators(latest.locators, locators));
  return [...existing.filter(stays), latest];
}

function includesLocators(outer: readonly LocatorRecord[], inner: readonly LocatorRecord[]): boolean {
  return inner.every(({ rloc }) => hasRloc(outer, rloc));
}

function hasRloc(locators: readonly LocatorRecord[], rloc: Address): boolean {
  return locators.some((locator) => sameAddress(locator.rloc, rloc));
}

/** Whether the EID can still be behind this ETR: one of its RLOCs is in the locator-set. */
export function isBehind(etr: EtrRegistration, locators: readonly LocatorRecord[]): boolean {
  const own = etr.locators.filter(({ local }) => local).map(({ rloc }) => rloc);
  return [etr.source.from, ...own].some((rloc) => hasRloc(locators, rloc));
}

/**
 * The locator-set of the EID-prefix: the union over all ETRs. For equal RLOCs the latest registration counts.
 */
export function locatorSet(etrs: readonly EtrRegistration[]): readonly LocatorRecord[] {
  const only = etrs[0];
  if (only === undefined || etrs.length === 1) return only?.locators ?? [];
  return sortedLocators(etrs.flatMap(({ locators }) => locators));
}

/** Sorts by address (RFC 9301 section 5.5) and removes duplicates: the last one of an RLOC counts. */
export function sortedLocators(locators: readonly LocatorRecord[]): LocatorRecord[] {
  if (locators.length < 2) return [...locators];
  const byRloc = new Map(locators.map((locator) => [formatAddress(locator.rloc), locator]));
  return [...byRloc.values()].sort((a, b) => compareAddresses(a.rloc, b.rloc));
}

/** Whether two sorted sets are equal. */
export function sameLocators(a: readonly LocatorRecord[], b: readonly LocatorRecord[]): boolean {
  return a === b || (a.length === b.length && a.every((locator, i) => sameLocator(locator, b[i])));
}

function sameLocator(a: LocatorRecord, b: LocatorRecord | undefined): boolean {
  return (
    b !== undefined &&
    sameAddress(a.rloc, b.rloc) &&
    a.priority === b.priority &&
    a.weight === b.weight &&
    a.multicastPriority === b.multicastPriority &&
    a.multicastWeight === b.multicastWeight &&
    a.local === b.local &&
    a.reachable === b.reachable
  );
}
