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
 * Maximum time from the trie write to the handling of a packet that was punted before it. A packet punted
 * later shows that the trie lacks the entry: injected, it would be punted again without end.
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

/** Joins map-cache, resolver and hold queue: misses become Map-Requests, Map-Replies become mappings. */
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

  /** Handles a packet that had no mapping. Frames to inject at once are appended to `inject`. */
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

  /** A mapping will soon expire. If it is in use, it is requested again, and it forwards until the answer. */
  #traffic(eid: EidPrefix, packets: number, now: number, out: Effect[]): void {
    const entry = this.#context.mapCache.carried(eid, packets);
    if (entry !== undefined && isLearnt(entry)) this.#context.resolver.ask(refresh(entry.eid), now, out);
  }

  #mapReply(received: Received, reply: MapReply, now: number, out: Effect[]): void {
    const { counters, resolver } = this.#context;
    const question = resolver.questionOf(reply.nonce);
    // We send no RLOC-probes, so no probe reply can be an answer.
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
   * Installs the longest prefixes first, so that no packet meets a less-specific without its more-specifics.
   * Returns the prefix for which the answer was installed, if it was.
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
   * A configured send-map-request entry inside or at the prefix of the answer would hide the answer from the
   * requested EID, and every packet would be punted again. The answer is then installed for the requested
   * prefix.
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

  /** A mapping for a local EID, or one whose locators are all ours, would make packets loop. */
  #isOurs(eid: EidPrefix, record: EidRecord): boolean {
    const { database, local } = this.#context;
    if (database.owner(eid) !== undefined) return true;
    return record.locators.length > 0 && record.locators.every(({ rloc }) => local.has(rloc));
  }

  /**
   * Releases packets to EIDs that the answer covers. Packets to the requested prefix that still cannot be
   * forwarded are dropped. Others may still get an answer.
   */
  #settle(installed: EidPrefix, asked: EidPrefix, now: number, out: Effect[]): void {
    const { held } = this.#context;
    const frames = held.settle(installed, (eid) => this.#decision(eid, now));
    const rest = held.settle(asked, (eid) => orDrop(this.#decision(eid, now)));
    for (const frame of rest) frames.push(frame);
    if (frames.length > 0) out.push({ type: 'inject', frames });
  }

  /** The decision for a packet to `eid` that XDP saw at `at_ms`; keep: there is no mapping. */
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

  /** Whether XDP may have seen the packet before the turn that began at `programmedAt_ms` wrote the trie. */
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

/** The record that answers for `eid`: the longest prefix that covers it (RFC 9301 section 5.5). */
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
