// SPDX-License-Identifier: Apache-2.0
import {
  type Address,
  type EidPrefix,
  formatAddress,
  formatEidPrefix,
  isRoutableUnicast,
  sameAddress,
} from '../addr/index.js';
import {
  ACTION,
  CONTROL_PORT,
  type EidRecord,
  type EncapsulatedControl,
  type MapReply,
  type MapRequest,
} from '../wire/messages.js';
import type { MapServerConfig } from './config.js';
import type { Counters } from './counters.js';
import type { Effect } from './effect.js';
import type { Received } from './machine.js';
import { type Answer, answerFor, type MappingTables, recordsBytes } from './map-resolver-answer.js';
import { etrRloc } from './map-resolver-forward.js';
import type { Refusals } from './map-server-refusals.js';
import { IntervalLimiter } from './rate-limit.js';
import type { Registration } from './registration.js';

/** Pairs of ITR-RLOC and answer that the limit of Map-Replies remembers. */
const LIMITED_REPLIES = 65_536;

/**
 * Bytes of EID-records in one Map-Reply: with its own 12 bytes, UDP and IP header at most 576 bytes for IPv4 and 1280
 * for IPv6, as the path MTU is not known (9301-5-02).
 */
const MAX_RECORD_BYTES = { 4: 576 - 20 - 8 - 12, 6: 1280 - 40 - 8 - 12 } as const;

/** Answers or forwards Map-Requests with what is configured and registered (RFC 9301 sections 8.3 and 8.4). */
export class MapResolver {
  readonly #addresses: readonly Address[];
  readonly #tables: MappingTables;
  readonly #refusals: Refusals;
  readonly #counters: Counters;
  readonly #replies: IntervalLimiter;

  constructor(config: MapServerConfig, tables: MappingTables, refusals: Refusals, counters: Counters) {
    this.#addresses = config.addresses;
    this.#tables = tables;
    this.#refusals = refusals;
    this.#counters = counters;
    this.#replies = new IntervalLimiter(config.limits.mapReplyInterval_ms, LIMITED_REPLIES);
  }

  /** @param ecm the request as it goes on to an ETR; its inner source port is where the answer has to go */
  resolve(received: Received, ecm: EncapsulatedControl, request: MapRequest, now: number): Effect[] {
    const problem = problemOf(request);
    const itrRloc = request.itrRlocs.find((rloc) => rloc !== undefined && this.#canReach(rloc));
    if (problem !== undefined) return this.#drop(received, request, problem, now);
    if (itrRloc === undefined) return this.#drop(received, request, 'no ITR-RLOC that can be answered', now);
    const maxBytes = MAX_RECORD_BYTES[itrRloc.family];
    const effects: Effect[] = [requestEvent(request, itrRloc)];
    const replies: EidRecord[][] = [];
    const etrs = new Set<string>();
    for (const requested of request.records) {
      const answer = answerFor(requested, this.#tables, maxBytes);
      if (answer.kind === 'reply') replies.push(...this.#limited(itrRloc, answer, now));
      else effects.push(...this.#forward(received, ecm, request, requested, answer.registration, etrs, now));
    }
    const from = this.#sourceFor(itrRloc, received);
    for (const records of packed(replies, maxBytes))
      effects.push(...this.#reply(request.nonce, records, from, itrRloc, ecm.innerSourcePort));
    return effects;
  }

  /** Only unicast RLOCs of a family that we have an address of. */
  #canReach(rloc: Address): boolean {
    return isRoutableUnicast(rloc) && this.#addresses.some(({ family }) => family === rloc.family);
  }

  /** The address that the request came to, if possible: the ITR knows it. */
  #sourceFor(to: Address, received: Received): Address | undefined {
    const usable = this.#addresses.filter(({ family }) => family === to.family);
    return usable.find((address) => sameAddress(address, received.to)) ?? usable[0];
  }

  /**
   * RFC 9301 section 5.4 recommends one Map-Reply to a destination RLOC in 3 seconds. Word for word that would let an
   * ITR resolve one EID in 3 seconds, so here it is one with the same answer for the same EID-prefix. A changed mapping
   * is another answer: an ITR that asks after an SMR hears of it at once.
   */
  #limited(itrRloc: Address, answer: Answer & { kind: 'reply' }, now: number): EidRecord[][] {
    const [mapping] = answer.records;
    if (mapping === undefined) return [];
    const key = `${formatAddress(itrRloc)} ${formatEidPrefix(mapping.eid)} ${answer.version}`;
    if (this.#replies.allow(key, now)) return [[...answer.records]];
    this.#counters.add('mapRepliesRateLimited');
    return [];
  }

  #reply(
    nonce: bigint,
    records: readonly EidRecord[],
    from: Address | undefined,
    to: Address,
    toPort: number,
  ): Effect[] {
    const negatives = records.filter(({ locators }) => locators.length === 0).length;
    this.#counters.add('mapReplyRecordsOut', records.length);
    this.#counters.add('negativeMapReplyRecordsOut', negatives);
    this.#counters.add('proxyMapReplyRecordsOut', records.length - negatives);
    const message: MapReply = {
      type: 'map-reply',
      probe: false,
      echoNonce: false,
      security: undefined,
      nonce,
      records,
    };
    return [
      { type: 'send', message, from, to, toPort },
      ...records.map((record): Effect => ({ type: 'event', event: replyEvent(record, nonce, to) })),
    ];
  }

  /** To one registered ETR, the message within unaltered (RFC 9301 section 8.3); once, however many records it has there. */
  #forward(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    requested: EidPrefix,
    registration: Registration,
    etrs: Set<string>,
    now: number,
  ): Effect[] {
    const to = etrRloc(registration, (rloc) => this.#canReach(rloc));
    if (to === undefined) return this.#drop(received, request, 'no RLOC of an ETR that can be reached', now);
    if (this.#isOwn(to) && this.#isOwn(received.from))
      return this.#drop(received, request, 'it would come back to this node again', now);
    if (etrs.has(formatAddress(to))) return [];
    etrs.add(formatAddress(to));
    this.#counters.add('mapRequestsForwarded');
    const { nonce } = request;
    const from = this.#sourceFor(to, received);
    return [
      // The D bit asked this node for a Map-Referral (RFC 8111), which is not what an ETR sends.
      { type: 'send', message: { ...ecm, ddt: false }, from, to, toPort: CONTROL_PORT },
      { type: 'event', event: { name: 'map-request-forwarded', eid: requested, peer: to, nonce } },
    ];
  }

  #isOwn(address: Address): boolean {
    return this.#addresses.some((own) => sameAddress(own, address));
  }

  #drop(received: Received, request: MapRequest, problem: string, now: number): Effect[] {
    this.#counters.add('mapRequestsDropped');
    const about = { eid: request.records[0], nonce: request.nonce };
    return this.#refusals.event('message-rejected', received, about, `Map-Request: ${problem}`, now);
  }
}

function problemOf(request: MapRequest): string | undefined {
  if (request.probe) return 'RLOC-probes are not for a Map-Server'; // 9301-5.2-04
  if (request.smr) return 'an SMR is not for a Map-Server';
  if (request.dontMapReply) return 'its D bit asks for no Map-Reply';
  return undefined;
}

function requestEvent(request: MapRequest, itrRloc: Address): Effect {
  const [eid] = request.records;
  const more = request.records.length > 1 ? `${request.records.length} records` : undefined;
  const detail = [request.smrInvoked ? 'SMR-invoked' : undefined, more].filter(Boolean).join(', ');
  const about = { ...(eid && { eid }), peer: itrRloc, nonce: request.nonce };
  return { type: 'event', event: { name: 'map-request-received', ...about, ...(detail && { detail }) } };
}

function replyEvent(record: EidRecord, nonce: bigint, peer: Address) {
  const rlocs = record.locators.map(({ rloc }) => rloc);
  const action = Object.entries(ACTION).find(([, value]) => value === record.action)?.[0];
  const detail = rlocs.length > 0 ? 'proxy' : `negative: ${action}, TTL ${record.ttl_min} min`;
  return { name: 'map-reply-sent', eid: record.eid, peer, rlocs, nonce, detail } as const;
}

/** Answers joined into as few messages as hold them; an answer is never divided. */
function packed(answers: readonly (readonly EidRecord[])[], maxBytes: number): EidRecord[][] {
  const messages: EidRecord[][] = [];
  for (const answer of answers) {
    const last = messages.at(-1);
    if (last !== undefined && recordsBytes([...last, ...answer]) <= maxBytes) last.push(...answer);
    else messages.push([...answer]);
  }
  return messages;
}
