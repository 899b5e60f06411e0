// SPDX-License-Identifier: Apache-2.0
// What ETRs have registered for one EID-prefix, and how a new registration joins or replaces the others.
import { createHash } from 'node:crypto';
import { type Address, compareAddresses, type EidPrefix, formatAddress, sameAddress } from '#addr/index.js';
import type { EidRecord, LocatorRecord, MapRegister, XtrIdentity } from '#wire/messages.js';
import type { AuthenticationKey } from '#control/contract/config.js';
import type { Received } from '#control/contract/inputs.js';
import type { ConfiguredPrefix } from './site-table.js';

/** A Map-Register that was accepted: who sent it and how. All records of the message share it. */
export interface RegisterSource {
  /** Tells one ETR from another, see etrKey. As nonces are stored by it: up to 64 digits and colons. */
  readonly etr: string;
  /** The message is nothing but a withdrawal, and only its source address says whose. */
  readonly byAddress: boolean;
  readonly identity: XtrIdentity | undefined;
  readonly from: Address;
  readonly fromPort: number;
  /** The address of ours that it registers with. */
  readonly to: Address;
  readonly key: AuthenticationKey;
  /** As in the message, so that a 16-bit key ID of RFC 6830 goes back the same. */
  readonly keyId: number;
  readonly algorithmId: number;
  readonly nonce: bigint;
  readonly proxyReply: boolean;
  readonly merge: boolean;
  readonly wantMapNotify: boolean;
  readonly securityCapable: boolean;
  readonly pool: LocatorPool;
}

/** Holds equal locator-sets of one ETR once: it may register very many EID-prefixes with the same. */
export class LocatorPool {
  #latest: readonly LocatorRecord[] = [];

  share(locators: readonly LocatorRecord[]): readonly LocatorRecord[] {
    if (!sameLocators(this.#latest, locators)) this.#latest = locators;
    return this.#latest;
  }
}

/** What one ETR registered for the EID-prefix. Times: CLOCK_MONOTONIC milliseconds. */
export interface EtrRegistration {
  readonly source: RegisterSource;
  /** Ascending by address, each once. */
  readonly locators: readonly LocatorRecord[];
  readonly ttl_min: number;
  readonly mapVersion: number;
  readonly firstRegister_ms: number;
  readonly lastRegister_ms: number;
  readonly expiresAt_ms: number;
}

export interface Registration {
  readonly eid: EidPrefix;
  /** The site's prefix under which it was accepted: the same, or a less-specific one. */
  readonly configured: ConfiguredPrefix;
  readonly firstRegister_ms: number;
  /** Another one with each change of the locator-set, and never one of another registration. */
  readonly version: number;
  /** 1 or more; the one that registered last is the last. */
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
 * An ETR is its Site-ID and xTR-ID. One that has none is the RLOCs that it calls its own (L bit), or if it marks none,
 * all that it registers: these are signed, and the source address is not. By that, a captured Map-Register sent again
 * from another address would be another ETR's first, with no nonce before it, and replace the registration.
 */
function etrKey(identity: XtrIdentity | undefined, records: readonly EidRecord[]): string {
  if (identity) return `${identity.siteId.toString(16)}:${identity.xtrId.toString(16)}`;
  const locators = records.flatMap((record) => record.locators);
  const own = locators.filter(({ local }) => local);
  const rlocs = sortedLocators(own.length > 0 ? own : locators).map(({ rloc }) => formatAddress(rloc));
  return createHash('sha256').update(rlocs.join()).digest('hex').slice(0, 32); // they may be thousands
}

/**
 * Whether a withdrawal takes back this registration: the same ETR's. A withdrawal without xTR-ID has no locators in it
 * either, so it counts for what came from its source address, which can be forged; but with the same key, and the nonces
 * of an ETR grow, so one that was sent before the registration (a captured one) takes nothing back.
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

/** The same source, with what equals that of an earlier message of the ETR held once. */
export function withSharedValues(source: RegisterSource, earlier: RegisterSource): RegisterSource {
  const from = sameAddress(source.from, earlier.from) ? earlier.from : source.from;
  const to = sameAddress(source.to, earlier.to) ? earlier.to : source.to;
  return { ...source, etr: earlier.etr, identity: earlier.identity, from, to, pool: earlier.pool };
}

/**
 * Adds the latest registration. With the merge bit it joins those of other ETRs (RFC 9301 section 5.6, a). Without, it
 * is the whole truth about the EID-prefix: registrations of others stay only if its locator-set includes theirs, as
 * when every ETR of a site registers the complete set; else the EID has moved and they are replaced.
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

/** Whether the EID can still be behind this ETR: one of its own RLOCs is in the locator-set. */
export function isBehind(etr: EtrRegistration, locators: readonly LocatorRecord[]): boolean {
  const own = etr.locators.filter(({ local }) => local).map(({ rloc }) => rloc);
  return [etr.source.from, ...own].some((rloc) => hasRloc(locators, rloc));
}

/** The locator-set of the EID-prefix: those of all ETRs united; of one RLOC, as registered last. */
export function locatorSet(etrs: readonly EtrRegistration[]): readonly LocatorRecord[] {
  const only = etrs[0];
  if (only === undefined || etrs.length === 1) return only?.locators ?? [];
  return sortedLocators(etrs.flatMap(({ locators }) => locators));
}

/** In ascending order of address (RFC 9301 section 5.5), each RLOC once: as it came last. */
export function sortedLocators(locators: readonly LocatorRecord[]): LocatorRecord[] {
  if (locators.length < 2) return [...locators];
  const byRloc = new Map(locators.map((locator) => [formatAddress(locator.rloc), locator]));
  return [...byRloc.values()].sort((a, b) => compareAddresses(a.rloc, b.rloc));
}

/** Whether two sets, in order, say the same. */
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
