// SPDX-License-Identifier: Apache-2.0
import { type Address, formatEidPrefix, isRoutableUnicast, sameAddress } from '#addr/index.js';
import {
  ACTION,
  CONTROL_PORT,
  DATA_PORT,
  type EidRecord,
  type EncapsulatedControl,
  type MapReply,
  type MapRequest,
} from '#wire/messages.js';
import type { MapServerConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Received } from '#control/contract/inputs.js';
import {
  type Answer,
  answerFor,
  type Forward,
  type MappingTables,
  type Reply,
  recordsBytes,
} from './map-resolver-answer.js';
import { etrRloc, forwardedRequest, MAX_FORWARDED_BYTES } from './map-resolver-forward.js';
import { MESSAGE_BYTES, REPLY_BYTES } from '#control/kit/message-size.js';
import { report } from '#control/kit/part.js';
import type { Refusals } from '#control/kit/refusals.js';
import { ReplyLimiter, requestOrigin } from '#control/kit/reply-limit.js';

/** Maximum size of the EID-records of one Map-Reply in bytes; the path MTU is unknown (9301-5-02). */
const MAX_RECORD_BYTES = { 4: MESSAGE_BYTES[4] - REPLY_BYTES, 6: MESSAGE_BYTES[6] - REPLY_BYTES } as const;

/**
 * The answers to one Map-Request fill at most this many messages, so that one datagram with a forged ITR-RLOC
 * does not cause hundreds. ITRs request one EID at a time (RFC 9301 section 5.2).
 */
const MAX_ANSWER_MESSAGES = 8;
/** For the same reason, at most this many of its records are forwarded to ETRs. */
const MAX_FORWARDS = 8;

/** A received Map-Request. */
export interface ResolverRequest {
  readonly received: Received;
  /** The request as it would be forwarded to an ETR. The answer goes to its inner source port. */
  readonly ecm: EncapsulatedControl;
  readonly request: MapRequest;
  /** Whether it arrived in an ECM. */
  readonly encapsulated: boolean;
}

interface Question extends ResolverRequest {
  /**
   * Destination of the answer; undefined if we have no address of the family of any ITR-RLOC (an ETR may have
   * one).
   */
  readonly itrRloc: Address | undefined;
  readonly now: number;
}

/**
 * Answers or forwards Map-Requests by the configured and registered EID-prefixes (RFC 9301 sections 8.3 and
 * 8.4).
 */
export class MapResolver {
  readonly #addresses: readonly Address[];
  readonly #tables: MappingTables;
  readonly #refusals: Refusals;
  readonly #counters: Counters;
  readonly #replies: ReplyLimiter;

  constructor(config: MapServerConfig, tables: MappingTables, refusals: Refusals, counters: Counters) {
    this.#addresses = config.addresses;
    this.#tables = tables;
    this.#refusals = refusals;
    this.#counters = counters;
    const { mapReplyInterval_ms, mapRepliesPerRloc_pps } = config.limits;
    this.#replies = new ReplyLimiter(mapReplyInterval_ms, mapRepliesPerRloc_pps);
  }

  resolve(resolving: ResolverRequest, now: number, out: Effect[]): void {
    const { received, request } = resolving;
    const problem = problemOf(resolving);
    if (problem !== undefined) {
      this.#drop(received, request, problem, now, out);
      return;
    }
    const itrRloc = request.itrRlocs.find((rloc) => rloc !== undefined && this.#canReach(rloc));
    const { ecm, encapsulated } = resolving;
    const question: Question = { received, ecm, request, encapsulated, itrRloc, now };
    const maxBytes = MAX_RECORD_BYTES[itrRloc?.family ?? 4];
    const answers = this.#answers(request, maxBytes);
    out.push(requestEvent(question));
    this.#forwardAll(question, answers, out);
    this.#replyAll(question, answers, maxBytes, out);
  }

  #answers({ records, authoritative }: MapRequest, maxBytes: number): Answer[] {
    const answers: Answer[] = [];
    let bytes = 0;
    for (const eid of records) {
      const answer = answerFor(eid, authoritative, this.#tables, maxBytes);
      if (answer.kind === 'reply') bytes += recordsBytes(answer.records);
      if (bytes > MAX_ANSWER_MESSAGES * maxBytes) break;
      answers.push(answer);
    }
    this.#counters.add('mapRepliesRateLimited', records.length - answers.length);
    return answers;
  }

  /** True for unicast RLOCs of a family that we have an address of. */
  #canReach(rloc: Address): boolean {
    return isRoutableUnicast(rloc) && this.#addresses.some(({ family }) => family === rloc.family);
  }

  /**
   * The source address of a message: the address that the request came to, if its family is right, since the
   * ITR knows it.
   */
  #sourceFor(to: Address, received: Received): Address | undefined {
    const usable = this.#addresses.filter(({ family }) => family === to.family);
    return usable.find((address) => sameAddress(address, received.to)) ?? usable[0];
  }

  #replyAll(question: Question, answers: readonly Answer[], maxBytes: number, out: Effect[]): void {
    const { received, ecm, request, itrRloc, now } = question;
    const replies = answers.filter((answer) => answer.kind === 'reply');
    if (replies.length === 0) return;
    if (itrRloc === undefined) {
      this.#drop(received, request, 'no ITR-RLOC of an address family that this node has', now, out);
      return;
    }
    const allowed = replies.filter((reply) => this.#allows(question, itrRloc, reply));
    const from = this.#sourceFor(itrRloc, received);
    for (const records of packed(allowed, maxBytes)) {
      this.#countReply(records);
      const message = mapReply(request.nonce, records);
      out.push({ type: 'send', message, from, to: itrRloc, toPort: ecm.innerSourcePort });
      for (const record of records) out.push(replyEvent(record, request.nonce, itrRloc));
    }
  }

  /** A changed mapping is a different answer, so an ITR that asks after an SMR gets it at once. */
  #allows({ received, encapsulated, request, now }: Question, itrRloc: Address, reply: Reply): boolean {
    const [first] = reply.records;
    const about = `${first === undefined ? '' : formatEidPrefix(first.eid)} ${reply.version}`;
    const origin = requestOrigin(received, itrRloc, encapsulated);
    if (this.#replies.allow({ itrRloc, origin, nonce: request.nonce, about }, now)) return true;
    this.#counters.add('mapRepliesRateLimited');
    return false;
  }

  #countReply(records: readonly EidRecord[]): void {
    const negatives = records.filter(({ locators }) => locators.length === 0).length;
    this.#counters.add('mapReplyRecordsOut', records.length);
    this.#counters.add('negativeMapReplyRecordsOut', negatives);
    this.#counters.add('proxyMapReplyRecordsOut', records.length - negatives);
  }

  #forwardAll(question: Question, answers: readonly Answer[], out: Effect[]): void {
    const { received, request, now } = question;
    const forwards = answers.filter((answer) => answer.kind === 'forward');
    for (const forward of forwards.slice(0, MAX_FORWARDS)) this.#forward(question, forward, out);
    if (forwards.length <= MAX_FORWARDS) return;
    const problem = `more than ${MAX_FORWARDS} of its records would have to be forwarded to ETRs`;
    this.#drop(received, request, problem, now, out);
  }

  #forward(question: Question, { requested, registration }: Forward, out: Effect[]): void {
    const { received, ecm, request, now } = question;
    const to = etrRloc(registration, (rloc) => this.#canReach(rloc));
    const message = forwardedRequest(ecm, request, requested);
    if (to === undefined)
      this.#drop(received, request, 'no ETR has an RLOC that this node can reach', now, out);
    else if (this.#isOwn(to) && this.#isOwn(received.from))
      this.#drop(received, request, 'it would loop: the ETR and the sender are this node', now, out);
    else if (message === undefined)
      this.#drop(received, request, `longer than ${MAX_FORWARDED_BYTES} bytes`, now, out);
    else {
      this.#counters.add('mapRequestsForwarded');
      const { nonce } = request;
      out.push(
        { type: 'send', message, from: this.#sourceFor(to, received), to, toPort: CONTROL_PORT },
        report({ name: 'map-request-forwarded', eid: requested, peer: to, nonce }),
      );
    }
  }

  #isOwn(address: Address): boolean {
    return this.#addresses.some((own) => sameAddress(own, address));
  }

  #drop(received: Received, request: MapRequest, problem: string, now: number, out: Effect[]): void {
    this.#counters.add('mapRequestsDropped');
    const { records, nonce } = request;
    const [eid] = records;
    const { from: peer } = received;
    const detail = `Map-Request: ${problem}`;
    this.#refusals.report({ name: 'message-rejected', eid, peer, nonce, detail }, now, out);
  }
}

function problemOf({ request, ecm }: ResolverRequest): string | undefined {
  if (ecm.innerSourcePort === 0 || ecm.innerSourcePort === DATA_PORT)
    return `its source port is ${ecm.innerSourcePort}, to which no Map-Reply can be sent`; // 9301-5.8-04
  if (request.probe) return 'RLOC-probes are not for a Map-Server'; // 9301-5.2-04
  if (request.smr) return 'an SMR is not for a Map-Server';
  if (request.dontMapReply) return 'its D bit asks for no Map-Reply';
  const answerable = request.itrRlocs.some((rloc) => rloc !== undefined && isRoutableUnicast(rloc));
  return answerable ? undefined : 'no ITR-RLOC'; // 9301-5.3-04
}

function mapReply(nonce: bigint, records: readonly EidRecord[]): MapReply {
  return { type: 'map-reply', probe: false, echoNonce: false, security: undefined, nonce, records };
}

function requestEvent({ received, request, itrRloc }: Question): Effect {
  const { records, nonce } = request;
  const peer = itrRloc ?? received.from;
  const detail = requestDetail(request);
  return report({ name: 'map-request-received', eid: records[0], peer, nonce, detail });
}

function requestDetail({ smrInvoked, records }: MapRequest): string | undefined {
  const count = records.length > 1 ? `${records.length} records` : '';
  if (smrInvoked) return count === '' ? 'SMR-invoked' : `SMR-invoked, ${count}`;
  return count === '' ? undefined : count;
}

function replyEvent(record: EidRecord, nonce: bigint, peer: Address): Effect {
  const rlocs = record.locators.map(({ rloc }) => rloc);
  const detail = rlocs.length > 0 ? 'proxy' : `negative: ${actionName(record)}, TTL ${record.ttl_min} min`;
  return report({ name: 'map-reply-sent', eid: record.eid, peer, rlocs, nonce, detail });
}

function actionName({ action }: EidRecord): string | undefined {
  return Object.entries(ACTION).find(([, value]) => value === action)?.[0];
}

/** Packs the answers into as few messages as possible. An answer is never split. */
function packed(replies: readonly Reply[], maxBytes: number): EidRecord[][] {
  const messages: EidRecord[][] = [];
  for (const { records } of replies) {
    const last = messages.at(-1);
    if (last !== undefined && recordsBytes([...last, ...records]) <= maxBytes) last.push(...records);
    else messages.push([...records]);
  }
  return messages;
}
