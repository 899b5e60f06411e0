// SPDX-License-Identifier: Apache-2.0
import {
  type Address,
  type EidPrefix,
  formatEidPrefix,
  isRoutableUnicast,
  sameAddress,
} from '#addr/index.js';
import { DATA_PORT, type EidRecord, type LocatorRecord, type MapRequest } from '#wire/messages.js';
import type { Counters } from '#control/contract/counters.js';
import type { Database, DatabaseEntry } from './database.js';
import type { Effect } from '#control/contract/effect.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { Received } from '#control/contract/inputs.js';
import { report } from '#control/kit/part.js';
import { MESSAGE_BYTES, recordBytes, REPLY_BYTES } from '#control/kit/message-size.js';
import { registeredRecord } from './register-message.js';
import { ReplyLimiter, requestOrigin } from '#control/kit/reply-limit.js';

/** Record Count has 8 bits (RFC 9301 section 5.4). */
const MAX_RECORDS = 255;

/** A received Map-Request. */
export interface ReceivedRequest {
  readonly received: Received;
  readonly request: MapRequest;
  readonly encapsulated: boolean;
  /** UDP source port of the request, the inner one if it arrived encapsulated. */
  readonly replyPort: number;
}

export interface ResponderContext {
  readonly database: Database;
  readonly local: LocalRlocs;
  readonly recordTtl_min: number;
  readonly mapReplyInterval_ms: number;
  readonly mapRepliesPerRloc_pps: number;
  readonly counters: Counters;
}

/** Answers Map-Requests as the ETR (RFC 9301 sections 5.4 and 5.5). */
export class Responder {
  readonly #limiter: ReplyLimiter;
  readonly #context: ResponderContext;

  constructor(context: ResponderContext) {
    this.#context = context;
    this.#limiter = new ReplyLimiter(context.mapReplyInterval_ms, context.mapRepliesPerRloc_pps);
  }

  request(asking: ReceivedRequest, now: number, out: Effect[]): void {
    const { received, request, replyPort } = asking;
    const { counters, local } = this.#context;
    if (request.dontMapReply) return;
    const itr = this.#replyTo(request);
    const owners = request.records.map((eid) => ({ eid, owner: this.#context.database.owner(eid) }));
    const ours = owners.filter((asked): asked is Asked => asked.owner !== undefined);
    if (itr === undefined || ours.length === 0 || replyPort === 0 || replyPort === DATA_PORT) {
      counters.add('mapRequestsDropped');
      return;
    }
    const [first] = ours;
    const { nonce } = request;
    const records = this.#records(ours, request.probe ? received.to : undefined, itr);
    if (!this.#allows(asking, itr, records, now)) {
      counters.add('mapRepliesRateLimited');
      return;
    }
    const detail = kindOf(request);
    out.push(report({ name: 'map-request-received', eid: first?.eid, peer: received.from, nonce, detail }));
    const preferred = received.to.family === itr.family && local.has(received.to);
    out.push({
      type: 'send',
      message: {
        type: 'map-reply',
        probe: request.probe,
        echoNonce: false,
        security: undefined,
        nonce,
        records,
      },
      from: preferred ? received.to : local.first(itr.family),
      to: itr,
      toPort: replyPort,
    });
    counters.add('mapReplyRecordsOut', records.length);
    out.push(report({ name: 'map-reply-sent', eid: first?.eid, peer: itr, nonce }));
  }

  /** RFC 9301 section 5.5: the first ITR-RLOC of a family that we support. */
  #replyTo(request: MapRequest): Address | undefined {
    return request.itrRlocs.find(
      (itr) =>
        itr !== undefined && isRoutableUnicast(itr) && this.#context.local.first(itr.family) !== undefined,
    );
  }

  #allows(asking: ReceivedRequest, itr: Address, records: readonly EidRecord[], now: number): boolean {
    const { received, request, encapsulated } = asking;
    const [first] = records; // the other records follow from it
    if (first === undefined) return false;
    const about = `${request.probe ? 'probe' : 'reply'} ${formatEidPrefix(first.eid)}`;
    const origin = requestOrigin(received, itr, encapsulated);
    return this.#limiter.allow({ itrRloc: itr, origin, nonce: request.nonce, about }, now);
  }

  #records(ours: readonly Asked[], probed: Address | undefined, itr: Address): readonly EidRecord[] {
    const { local, recordTtl_min } = this.#context;
    const locators = local.records.map((record) => withProbed(record, probed));
    const eids = new Map<string, EidPrefix>();
    let bytes = REPLY_BYTES;
    for (const asked of ours) {
      const room = MESSAGE_BYTES[itr.family] - bytes;
      for (const eid of this.#answer(asked, locators, room, MAX_RECORDS - eids.size)) {
        if (!eids.has(formatEidPrefix(eid))) bytes += recordBytes(eid, locators);
        eids.set(formatEidPrefix(eid), eid);
      }
    }
    return [...eids.values()].map((eid) => registeredRecord(eid, recordTtl_min, locators));
  }

  /**
   * The best match with all its more-specifics (RFC 9301 section 5.5). If they do not fit one message, or if
   * hosts inside it may be behind other routers, the answer covers only the requested prefix. For a host,
   * that hides no more-specific.
   */
  #answer(
    { eid, owner }: Asked,
    locators: readonly LocatorRecord[],
    room: number,
    count: number,
  ): readonly EidPrefix[] {
    const { database } = this.#context;
    const narrow = [eid];
    if (database.holdsDynamicPrefix(owner.eid)) return fits(narrow, locators, room, count) ? narrow : [];
    const whole: EidPrefix[] = [];
    for (const { eid: more } of database.table.covered(owner.eid)) {
      whole.push(more);
      if (!fits(whole, locators, room, count)) return fits(narrow, locators, room, count) ? narrow : [];
    }
    return whole;
  }
}

interface Asked {
  readonly eid: EidPrefix;
  readonly owner: DatabaseEntry;
}

function fits(
  eids: readonly EidPrefix[],
  locators: readonly LocatorRecord[],
  room: number,
  count: number,
): boolean {
  return eids.length <= count && eids.reduce((sum, eid) => sum + recordBytes(eid, locators), 0) <= room;
}

/** The probed locator has the p-bit (RFC 9301 section 5.4). */
function withProbed(record: LocatorRecord, probed: Address | undefined): LocatorRecord {
  return { ...record, probed: probed !== undefined && sameAddress(record.rloc, probed) };
}

function kindOf(request: MapRequest): string {
  if (request.probe) return 'RLOC-probe';
  return request.smrInvoked ? 'SMR-invoked' : 'Map-Request';
}
