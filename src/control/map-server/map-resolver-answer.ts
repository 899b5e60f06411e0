// SPDX-License-Identifier: Apache-2.0
// Answers of a Map-Server for an EID-prefix (RFC 9301 sections 5.5, 8.3 and 8.4).
import { type EidPrefix, isHostPrefix, type ReadonlyEidTable, sameEidPrefix } from '#addr/index.js';
import { ACTION, type Action, type EidRecord } from '#wire/messages.js';
import { recordBytes } from '#control/kit/message-size.js';
import { leastSpecificHole } from './negative-prefix.js';
import { locatorSet, type Registration } from './registration.js';
import type { ConfiguredPrefix } from './site-table.js';

/** TTL in minutes for an EID outside the EID-prefixes of all sites (RFC 9301 sections 8.3 and 8.4). */
export const NON_LISP_TTL_MIN = 15;
/** TTL in minutes for an EID of a site without a registration (RFC 9301 section 8.3). */
export const UNREGISTERED_TTL_MIN = 1;

/** Placeholder TTL, longer than any other, of records that get the TTL of the other records. */
const ANY_TTL_MIN = 0xffff_ffff;

/** The Map-Request has to be forwarded to an ETR. */
export interface Forward {
  readonly kind: 'forward';
  readonly requested: EidPrefix;
  readonly registration: Registration;
}

export interface Reply {
  readonly kind: 'reply';
  /** The requested mapping, then the more-specific ones inside it. */
  readonly records: readonly EidRecord[];
  /** Replies with the same first EID-prefix and version have the same content. */
  readonly version: string;
}

export type Answer = Forward | Reply;

export interface MappingTables {
  readonly configured: ReadonlyEidTable<ConfiguredPrefix>;
  readonly registered: ReadonlyEidTable<Registration>;
}

/**
 * @param authoritative the ITR wants an answer from the site and not from the mapping system (9301-5.2-D01)
 * @param maxBytes maximum size of the EID-records of one message
 */
export function answerFor(
  requested: EidPrefix,
  authoritative: boolean,
  tables: MappingTables,
  maxBytes: number,
): Answer {
  const site = tables.configured.covering(requested);
  if (site === undefined) return negative(requested, 0, NON_LISP_TTL_MIN, tables);
  const registered = tables.registered.covering(requested);
  // A registration of a less-specific prefix does not apply to a prefix that is configured on its own.
  if (registered === undefined || registered.eid.prefix.length < site.prefix.eid.prefix.length)
    return negative(requested, site.prefix.eid.prefix.length, UNREGISTERED_TTL_MIN, tables);
  if (authoritative || !isProxied(registered))
    return { kind: 'forward', requested, registration: registered };
  const version = `${registered.version}`;
  const complete = withMoreSpecifics(registered, tables, maxBytes);
  if (complete !== undefined) return { kind: 'reply', records: complete, version };
  // There are more more-specifics than fit a message: answer for the part around the EID that none of them
  // overrides.
  const { length } = registered.eid.prefix;
  const hole = leastSpecificHole(requested, length, [tables.registered, tables.configured]);
  if (hole === undefined) return askAgain(requested);
  return { kind: 'reply', records: [{ ...mappingRecord(registered), eid: hole }], version };
}

/** Whether the Map-Server answers for the ETRs: one of them asked for it (P bit), or the site is configured so. */
function isProxied({ configured, etrs }: Registration): boolean {
  return configured.prefix.proxyReply || etrs.some(({ source }) => source.proxyReply);
}

function negative(requested: EidPrefix, minLength: number, ttl_min: number, tables: MappingTables): Answer {
  const hole = leastSpecificHole(requested, minLength, [tables.configured, tables.registered]);
  if (hole === undefined) return askAgain(requested);
  const records = [emptyRecord(hole, ttl_min, ACTION.nativelyForward)];
  return { kind: 'reply', records, version: `negative ${ttl_min}` };
}

/**
 * The requested prefix covers known prefixes, so no single mapping is right for it: the ITR has to request
 * each address.
 */
function askAgain(requested: EidPrefix): Answer {
  const records = [emptyRecord(requested, UNREGISTERED_TTL_MIN, ACTION.sendMapRequest)];
  return { kind: 'reply', records, version: 'ask again' };
}

/**
 * A mapping with the more-specific EID-prefixes inside it, so that it does not hide them (9301-5.5-02). All
 * records have the shortest TTL among them (9301-5.5-03). More-specifics without a proxy reply or without a
 * registration have the action send-map-request. Undefined if the records are larger than `maxBytes`.
 */
function withMoreSpecifics(
  registered: Registration,
  tables: MappingTables,
  maxBytes: number,
): readonly EidRecord[] | undefined {
  const records: EidRecord[] = [mappingRecord(registered)];
  if (isHostPrefix(registered.eid.prefix)) return records;
  let bytes = 0;
  for (const record of moreSpecifics(registered.eid, tables)) {
    records.push(record);
    bytes += recordBytes(record.eid, record.locators);
    if (bytes > maxBytes) return undefined;
  }
  if (records.length > 1 && recordsBytes(records) > maxBytes) return undefined;
  const ttl_min = Math.min(...records.map((record) => record.ttl_min));
  return records.map((record) => ({ ...record, ttl_min }));
}

function* moreSpecifics(outer: EidPrefix, { registered, configured }: MappingTables): Generator<EidRecord> {
  for (const { eid, value } of registered.covered(outer)) {
    if (sameEidPrefix(eid, outer)) continue;
    yield isProxied(value) ? mappingRecord(value) : emptyRecord(eid, ANY_TTL_MIN, ACTION.sendMapRequest);
  }
  for (const { eid } of configured.covered(outer))
    if (!sameEidPrefix(eid, outer) && registered.get(eid) === undefined)
      yield emptyRecord(eid, ANY_TTL_MIN, ACTION.sendMapRequest);
}

/** A mapping as registered, but not authoritative and without local locators (9301-5.4-08, 9301-5.4-D06). */
function mappingRecord(registered: Registration): EidRecord {
  const { eid, etrs } = registered;
  const locators = locatorSet(etrs).map((locator) => ({ ...locator, local: false, probed: false }));
  const mapVersion = etrs.at(-1)?.mapVersion ?? 0;
  const ttl_min = ttlOf(registered);
  return { eid, ttl_min, action: ACTION.noAction, authoritative: false, mapVersion, locators };
}

function ttlOf(registered: Registration): number {
  return registered.etrs.at(-1)?.ttl_min ?? UNREGISTERED_TTL_MIN;
}

function emptyRecord(eid: EidPrefix, ttl_min: number, action: Action): EidRecord {
  return { eid, ttl_min, action, authoritative: false, mapVersion: 0, locators: [] };
}

export function recordsBytes(records: readonly EidRecord[]): number {
  return records.reduce((sum, record) => sum + recordBytes(record.eid, record.locators), 0);
}
