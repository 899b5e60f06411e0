// SPDX-License-Identifier: Apache-2.0
import {
  type Eid,
  type EidPrefix,
  formatEidPrefix,
  hostEidPrefix,
  isRoutableUnicast,
  prefixHoldsPrefix,
} from '#addr/index.js';
import type { EidRecord, MapReply } from '#wire/messages.js';
import type { Counters } from '#control/contract/counters.js';
import type { Database } from '#control/etr/database.js';
import type { Effect, HeldFrame } from '#control/contract/effect.js';
import type { HoldQueue } from './hold-queue.js';
import type { InputHandlers, MessageHandlers, Handler } from '#control/contract/machine.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { Punt, Received } from '#control/contract/inputs.js';
import { isLearnt } from './map-cache-entry.js';
import type { MapCache } from './map-cache.js';
import { type Question, refresh } from './map-request.js';
import { forwardingOf, lifetime_ms } from '#control/locators/mapping.js';
import { report } from '#control/kit/part.js';
import type { Resolver } from './resolver.js';
import type { WriteTimes } from './write-times.js';

/**
 * A packet punted before its mapping was in the trie may be handled after it, so late at most. A later one means that
 * the trie lacks the entry: sent on, it would come back for ever.
 */
export const PUNT_IN_FLIGHT_ms = 1_000;

export interface ItrContext {
  readonly mapCache: MapCache;
  readonly database: Database;
  readonly resolver: Resolver;
  readonly held: HoldQueue;
  readonly local: LocalRlocs;
  readonly writes: WriteTimes;
  readonly counters: Counters;
}

/** What joins map-cache, resolver and held packets: misses become Map-Requests, Map-Replies become mappings. */
export class Itr implements Handler {
  readonly inputs: InputHandlers = {
    traffic: ({ eid, packets }, now, out) => {
      this.#traffic(eid, packets, now, out);
    },
  };
  readonly messages: MessageHandlers = {
    'map-reply': (received, reply, now, out) => {
      this.#mapReply(received, reply, now, out);
    },
  };
  readonly #context: ItrContext;

  constructor(context: ItrContext) {
    this.#context = context;
  }

  /** A packet met no mapping. Frames to send on at once are appended to `inject`. */
  miss(punt: Punt, now: number, inject: HeldFrame[], out: Effect[]): void {
    const { resolver, held, counters } = this.#context;
    const { ifindex, instanceId, frame } = punt;
    const eid = { instanceId, address: punt.destinationEid };
    const known = this.#decision(eid, punt.at_ms);
    counters.add('packetsHeld');
    if (known === 'release') {
      counters.add('packetsReleased');
      inject.push({ ifindex, instanceId, frame });
      return;
    }
    const sourceEid = { instanceId, address: punt.sourceEid };
    const question = { prefix: hostEidPrefix(eid), eid, sourceEid, smrInvoked: false };
    if (known === 'keep' && isRoutableUnicast(eid.address) && resolver.ask(question, now, out))
      held.hold(eid, { ifindex, instanceId, frame });
    else counters.add('packetsHeldDropped');
  }

  /** A mapping nears its end. If it is in use, it is asked for again, and goes on forwarding until then. */
  #traffic(eid: EidPrefix, packets: number, now: number, out: Effect[]): void {
    const entry = this.#context.mapCache.carried(eid, packets);
    if (entry !== undefined && isLearnt(entry)) this.#context.resolver.ask(refresh(entry.eid), now, out);
  }

  #mapReply(received: Received, reply: MapReply, now: number, out: Effect[]): void {
    const { counters, resolver } = this.#context;
    const question = resolver.questionOf(reply.nonce);
    // We send no RLOC-probes, so there is nothing that a probe reply could answer.
    if (question === undefined || reply.probe) {
      counters.add('mapRepliesUnsolicited');
      return;
    }
    const { prefix: eid } = question;
    const { from: peer } = received;
    const { nonce } = reply;
    const answer = bestRecord(reply.records, question.eid);
    if (answer === undefined) {
      counters.add('mapRepliesRejected');
      const detail = 'Map-Reply: no record for the EID asked for';
      out.push(report({ name: 'message-rejected', eid, peer, nonce, detail }));
      return;
    }
    const records = reply.records.filter((record) => holds(answer.eid, record.eid));
    counters.add('mapReplyRecordsIn', reply.records.length);
    counters.add('negativeMapReplyRecordsIn', reply.records.filter(isNegative).length);
    const rlocs = answer.locators.map(({ rloc }) => rloc);
    out.push(report({ name: 'map-reply-received', eid, peer, rlocs, nonce }));
    const installed = this.#learn(received, question, answer, records, now, out) ?? eid;
    const isKnown = (eid: Eid): boolean => this.#decision(eid, now) !== 'keep';
    resolver.answered(nonce, installed, isKnown, peer, now, out);
    this.#settle(installed, eid, now, out);
  }

  /**
   * Longest prefixes first: no packet meets the less-specific without its more-specifics. Returns the prefix that the
   * answer was taken in for, if it was.
   */
  #learn(
    received: Received,
    question: Question,
    answer: EidRecord,
    records: readonly EidRecord[],
    now: number,
    out: Effect[],
  ): EidPrefix | undefined {
    const { mapCache, local, counters } = this.#context;
    const renewed = new Set(records.map((record) => formatEidPrefix(record.eid)));
    let installed: EidPrefix | undefined;
    for (const record of [...records].sort((a, b) => b.eid.prefix.length - a.eid.prefix.length)) {
      const eid = record === answer ? this.#installedPrefix(record.eid, question) : record.eid;
      if (lifetime_ms(record) === 0) mapCache.remove(eid, 'TTL 0', out);
      else if (this.#isOurs(eid, record)) counters.add('mapRepliesRejected');
      else {
        const mapping = {
          eid,
          forwarding: forwardingOf(record, local),
          lifetime_ms: lifetime_ms(record),
          source: received.from,
          asked: question.prefix,
          renewed,
        };
        const entry = mapCache.learn(mapping, now, out);
        if (record === answer) installed = entry?.eid;
      }
    }
    return installed;
  }

  /**
   * A configured send-map-request entry inside or at the prefix of the answer would hide it from the EID asked for, and
   * every packet would be punted again: the answer is then taken for what was asked.
   */
  #installedPrefix(answered: EidPrefix, question: Question): EidPrefix {
    const match = this.#context.mapCache.match(question.eid);
    const hides =
      match !== undefined &&
      !isLearnt(match) &&
      match.forwarding.action === 'send-map-request' &&
      match.eid.prefix.length >= answered.prefix.length;
    return hides && holds(answered, question.prefix) ? question.prefix : answered;
  }

  /** A mapping for what lives here, or one that leads back to us, would make packets go round. */
  #isOurs(eid: EidPrefix, record: EidRecord): boolean {
    const { database, local } = this.#context;
    if (database.owner(eid) !== undefined) return true;
    return record.locators.length > 0 && record.locators.every(({ rloc }) => local.has(rloc));
  }

  /**
   * What waits for an EID of the answer goes on; what was asked for and still has no way to go is dropped. Others may
   * yet be answered.
   */
  #settle(installed: EidPrefix, asked: EidPrefix, now: number, out: Effect[]): void {
    const { held } = this.#context;
    const frames = held.settle(installed, (eid) => this.#decision(eid, now));
    const rest = held.settle(asked, (eid) => orDrop(this.#decision(eid, now)));
    for (const frame of rest) frames.push(frame);
    if (frames.length > 0) out.push({ type: 'inject', frames });
  }

  /** What to do with a packet to `eid` that XDP saw at `at_ms`; keep: there is no mapping. */
  #decision(eid: Eid, at_ms: number): Decision {
    const entry = this.#context.mapCache.match(eid);
    const local = this.#context.database.table.longestMatch(eid);
    if (local !== undefined && local.eid.prefix.length >= (entry?.eid.prefix.length ?? 0))
      return this.#isInFlight(local.value.createdAt_ms, at_ms) ? 'release' : 'drop';
    if (entry === undefined || entry.forwarding.action === 'send-map-request') return 'keep';
    return entry.forwarding.action !== 'drop' && this.#isInFlight(entry.programmedAt_ms, at_ms)
      ? 'release'
      : 'drop';
  }

  /** Whether a packet of `at_ms` may have met the trie as it was before the turn that began at `programmedAt_ms`. */
  #isInFlight(programmedAt_ms: number, at_ms: number): boolean {
    return at_ms <= this.#context.writes.of(programmedAt_ms) + PUNT_IN_FLIGHT_ms;
  }
}

type Decision = 'release' | 'drop' | 'keep';

function orDrop(decision: Decision): Decision {
  return decision === 'keep' ? 'drop' : decision;
}

function isNegative(record: EidRecord): boolean {
  return record.locators.length === 0;
}

function holds(outer: EidPrefix, inner: EidPrefix): boolean {
  return outer.instanceId === inner.instanceId && prefixHoldsPrefix(outer.prefix, inner.prefix);
}

/** The record that answers for `eid`: the longest prefix that holds it (RFC 9301 section 5.5). */
function bestRecord(records: readonly EidRecord[], eid: Eid): EidRecord | undefined {
  const host = hostEidPrefix(eid);
  return records
    .filter((record) => holds(record.eid, host))
    .reduce<EidRecord | undefined>(
      (best, record) =>
        best === undefined || record.eid.prefix.length > best.eid.prefix.length ? record : best,
      undefined,
    );
}
