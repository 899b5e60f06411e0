// SPDX-License-Identifier: Apache-2.0
import {
  type Eid,
  type EidPrefix,
  formatEidPrefix,
  hostEidPrefix,
  isHostPrefix,
  sameEidPrefix,
} from '#addr/index.js';
import type { MapRequest } from '#wire/messages.js';
import type { XtrLimits } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Database } from '#control/etr/database.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { Received } from '#control/contract/inputs.js';
import { isLearnt, type MapCacheEntry } from './map-cache-entry.js';
import type { MapCache } from './map-cache.js';
import type { Question } from './map-request.js';
import { type Part, report } from '#control/kit/part.js';
import { Refusals } from '#control/kit/refusals.js';
import type { Resolver } from './resolver.js';

/**
 * Maximum number of more-specifics of one map-cache entry that SMRs may solicit in
 * SMR_MORE_SPECIFICS_WINDOW_ms, as in IOS.
 */
export const SMR_MORE_SPECIFICS = 8;
/** The time for which IOS suppresses multiple SMRs. */
export const SMR_MORE_SPECIFICS_WINDOW_ms = 20_000;

/** A prefix that was requested because of an SMR, stored until its limits have passed. */
interface Solicited {
  readonly key: string;
  readonly question: Question;
  /** The less-specific map-cache entry that covered it, as text. */
  readonly cover: string | undefined;
  askedAt_ms: number;
  /** Another SMR arrived within the interval: the prefix is requested once more when that is allowed. */
  again: boolean;
}

export interface SmrReceiverContext {
  readonly limits: XtrLimits;
  readonly mapCache: MapCache;
  readonly database: Database;
  readonly resolver: Resolver;
  readonly counters: Counters;
}

/**
 * Answers SMRs with Map-Requests through the Mapping System (RFC 9301 section 6.1). It accepts SMRs from any
 * sender, because it trusts nothing in them: the mapping stays in use until the Mapping System answers, and
 * the rate of Map-Requests for a prefix does not grow with the rate of SMRs.
 */
export class SmrReceiver implements Part {
  readonly #solicited = new Map<string, Solicited>();
  readonly #deadlines = new DeadlineQueue<Solicited>();
  readonly #moreSpecifics = new Map<string, number>();
  readonly #refusals = new Refusals();
  readonly #context: SmrReceiverContext;

  constructor(context: SmrReceiverContext) {
    this.#context = context;
  }

  smr(received: Received, smr: MapRequest, now: number, out: Effect[]): void {
    const { counters, mapCache } = this.#context;
    counters.add('smrIn');
    const found = findSolicited(smr, mapCache);
    const eid = found?.prefix ?? smr.records[0];
    const { from: peer } = received;
    const { nonce } = smr;
    const requests: Effect[] = [];
    const ignored = found === undefined ? 'no map-cache entry' : this.#solicit(found, smr, now, requests);
    if (ignored === undefined) {
      out.push(report({ name: 'smr-received', eid, peer, nonce }), ...requests);
      return;
    }
    counters.add('smrIgnored');
    this.#refusals.report({ name: 'smr-ignored', eid, peer, nonce, detail: ignored }, now, out);
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const solicited of this.#deadlines.take(now, limit)) {
      const entry = this.#context.mapCache.match(solicited.question.eid);
      if (solicited.again && entry !== undefined && isLearnt(entry)) this.#ask(solicited, now, out);
      else if (this.#remembersUntil(solicited) > now)
        this.#deadlines.set(solicited, this.#remembersUntil(solicited));
      else this.#forget(solicited);
    }
  }

  /** Undefined if a Map-Request is sent, now or as soon as allowed; otherwise the reason why not. */
  #solicit(found: Found, smr: MapRequest, now: number, out: Effect[]): string | undefined {
    const key = formatEidPrefix(found.prefix);
    const known = this.#solicited.get(key);
    if (known !== undefined) return this.#solicitAgain(known, now, out);
    const { limits } = this.#context;
    if (this.#solicited.size >= limits.pendingMapRequests) return 'rate limit';
    const cover = sameEidPrefix(found.prefix, found.entry.eid) ? undefined : formatEidPrefix(found.entry.eid);
    if (cover !== undefined) {
      const count = this.#moreSpecifics.get(cover) ?? 0;
      if (count >= SMR_MORE_SPECIFICS) return `${SMR_MORE_SPECIFICS} more-specifics of ${cover} solicited`;
      this.#moreSpecifics.set(cover, count + 1);
    }
    const { prefix, eid } = found;
    const question = { prefix, eid, sourceEid: this.#ownEid(smr), smrInvoked: true };
    const solicited = { key, question, cover, askedAt_ms: now, again: false };
    this.#solicited.set(key, solicited);
    return this.#ask(solicited, now, out);
  }

  #solicitAgain(known: Solicited, now: number, out: Effect[]): string | undefined {
    const allowedAt_ms = known.askedAt_ms + this.#context.limits.smrInvokedInterval_ms;
    if (now >= allowedAt_ms) return this.#ask(known, now, out);
    if (known.again) return 'rate limit';
    known.again = true;
    this.#deadlines.set(known, allowedAt_ms);
    return undefined;
  }

  #ask(solicited: Solicited, now: number, out: Effect[]): string | undefined {
    solicited.again = false;
    solicited.askedAt_ms = now;
    this.#deadlines.set(solicited, this.#remembersUntil(solicited));
    return this.#context.resolver.ask(solicited.question, now, out)
      ? undefined
      : 'Map-Requests go unanswered';
  }

  #remembersUntil(solicited: Solicited): number {
    const { smrInvokedInterval_ms } = this.#context.limits;
    const window_ms = solicited.cover === undefined ? 0 : SMR_MORE_SPECIFICS_WINDOW_ms;
    return solicited.askedAt_ms + Math.max(smrInvokedInterval_ms, window_ms);
  }

  #forget(solicited: Solicited): void {
    this.#solicited.delete(solicited.key);
    if (solicited.cover === undefined) return;
    const count = (this.#moreSpecifics.get(solicited.cover) ?? 1) - 1;
    if (count === 0) this.#moreSpecifics.delete(solicited.cover);
    else this.#moreSpecifics.set(solicited.cover, count);
  }

  /** The local host that the SMR names, for the Source-EID; undefined if it is not ours. */
  #ownEid(smr: MapRequest): Eid | undefined {
    const own = smr.records.find(
      (record) => isHostPrefix(record.prefix) && this.#context.database.owner(record) !== undefined,
    );
    return own && { instanceId: own.instanceId, address: own.prefix.address };
  }
}

interface Found {
  readonly entry: MapCacheEntry;
  readonly prefix: EidPrefix;
  readonly eid: Eid;
}

/**
 * RFC 9301 section 6.1 says "the EID in the SMR message" and names no field. RFC 6830 and routers in the
 * field use the Source-EID; others use the record. We take the one for which we have a learnt mapping.
 */
function findSolicited(smr: MapRequest, mapCache: MapCache): Found | undefined {
  const { sourceEid } = smr;
  if (sourceEid !== undefined) {
    const entry = mapCache.match(sourceEid);
    if (entry !== undefined && isLearnt(entry))
      return { entry, prefix: hostEidPrefix(sourceEid), eid: sourceEid };
  }
  for (const prefix of smr.records) {
    const entry = mapCache.table.longestCover(prefix)?.value;
    const eid = { instanceId: prefix.instanceId, address: prefix.prefix.address };
    if (entry !== undefined && isLearnt(entry)) return { entry, prefix, eid };
  }
  return undefined;
}
