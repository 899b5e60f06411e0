// SPDX-License-Identifier: Apache-2.0
import { type Address, type Eid, type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect, LookupResult } from '#control/contract/effect.js';
import type { HoldQueue } from './hold-queue.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { InputOf } from '#control/contract/inputs.js';
import type { InputHandlers, Random, Handler } from '#control/contract/machine.js';
import { encapsulatedMapRequest, type Question } from './map-request.js';
import { type Part, report } from '#control/kit/part.js';

/** Minimum time between two Map-Requests for an EID-Prefix (RFC 9301 section 5.3). */
export const MAP_REQUEST_INTERVAL_ms = 1_000;
/** Retransmissions of a Map-Request (RFC 9301 section 5.3). */
export const MAP_REQUEST_RETRANSMISSIONS = 10;
/** Time after the last retransmission without Map-Requests for the EID-Prefix (RFC 9301 section 5.3). */
export const MAP_REQUEST_PENALTY_ms = 30_000;
/** Retransmissions for `lig` alone: a user waits, so it reports no answer after three attempts. */
export const LOOKUP_RETRANSMISSIONS = 2;
const NO_ANSWER = { rtt_ms: 0, from: undefined, attempts: 0 };

/** Maximum number of lookups that wait for one Map-Reply. */
const LOOKUPS_PER_REQUEST = 16;

interface Pending {
  question: Question;
  nonce: bigint;
  /** hold-down: answered or given up, and kept while no other Map-Request may be sent. */
  state: 'asking' | 'hold-down';
  /**
   * A question that arrived during the hold-down after an answer: it starts a new Map-Request when the
   * hold-down ends.
   */
  askAgain: Question | undefined;
  /** False: only lookups wait for it. */
  forTraffic: boolean;
  failed: boolean;
  attempts: number;
  sentAt_ms: number;
  resolvers: readonly Address[];
  /** Destination of the last attempt. */
  resolver: Address | undefined;
  lookups: number[];
}

export interface ResolverContext {
  readonly mapResolvers: readonly Address[];
  readonly limit: number;
  readonly local: LocalRlocs;
  readonly held: HoldQueue;
  readonly counters: Counters;
  readonly random: Random;
}

/** Pending Map-Requests, by nonce and by EID-Prefix. Asks the Map-Resolvers in turn until one answers. */
export class Resolver implements Part, Handler {
  readonly inputs: InputHandlers = {
    lookup: (input, now, out) => {
      this.#lookup(input, now, out);
    },
  };
  readonly #pending = new EidTable<Pending>();
  readonly #byNonce = new Map<bigint, Pending>();
  readonly #deadlines = new DeadlineQueue<Pending>();
  readonly #context: ResolverContext;
  /** Index of the Map-Resolver that answered last: the next question goes to it first. */
  #preferred = 0;
  #full = false;

  constructor(context: ResolverContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#pending.size;
  }

  /**
   * Sends a Map-Request unless one is pending. Returns whether an answer can come; false during the penalty,
   * at the bound, and without a Map-Resolver.
   */
  ask(question: Question, now: number, out: Effect[]): boolean {
    const mapResolvers = this.#inTurn();
    const known = this.#pending.get(question.prefix);
    if (mapResolvers.length === 0 || known?.failed === true) return false;
    if (known === undefined) return this.#start(question, mapResolvers, true, now, out) !== undefined;
    if (known.state === 'hold-down') known.askAgain ??= question;
    else if (!known.forTraffic) Object.assign(known, { forTraffic: true, resolvers: mapResolvers });
    return true;
  }

  /** `lig`: the answer becomes a LookupResultEffect. It follows at once if no Map-Request may be sent. */
  #lookup({ token, eid, to }: InputOf<'lookup'>, now: number, out: Effect[]): void {
    const prefix = hostEidPrefix(eid);
    const resolvers = to === undefined ? this.#inTurn() : [to];
    const known = this.#pending.get(prefix);
    const question = { prefix, eid, sourceEid: undefined, smrInvoked: false };
    const nobody = known === undefined && resolvers.length === 0;
    const pending = known ?? this.#start(question, resolvers, false, now, out);
    if (
      pending === undefined ||
      pending.state === 'hold-down' ||
      pending.lookups.length >= LOOKUPS_PER_REQUEST
    )
      out.push(lookupResult(token, { ...NO_ANSWER, eid, outcome: nobody ? 'timeout' : 'limited' }));
    else pending.lookups.push(token);
  }

  /** The question that was sent with this nonce. */
  questionOf(nonce: bigint): Question | undefined {
    return this.#byNonce.get(nonce)?.question;
  }

  /**
   * A Map-Reply answered `nonce`. It also answers the other pending questions inside `eid` whose EIDs are
   * `known` now.
   */
  answered(
    nonce: bigint,
    eid: EidPrefix,
    known: (eid: Eid) => boolean,
    from: Address,
    now: number,
    out: Effect[],
  ): void {
    const asked = this.#byNonce.get(nonce);
    const inside = [...this.#pending.covered(eid)].map(({ value }) => value);
    const settled = new Set(inside.filter((pending) => known(pending.question.eid)));
    if (asked !== undefined) {
      settled.add(asked);
      const place = this.#context.mapResolvers.findIndex((each) => each === asked.resolver);
      if (place >= 0) this.#preferred = place; // not a Map-Resolver that the user chose for a lookup
    }
    for (const pending of settled) {
      if (pending.state === 'hold-down' && !pending.failed) continue;
      pending.failed = false;
      this.#reportLookups(pending, 'reply', from, now, out);
      this.#holdDown(pending, pending.sentAt_ms + MAP_REQUEST_INTERVAL_ms);
    }
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const pending of this.#deadlines.take(now, limit)) {
      if (pending.state === 'asking') this.#retry(pending, now, out);
      else {
        this.#remove(pending);
        const again = pending.askAgain;
        if (again !== undefined) this.#restart(again, now, out);
      }
    }
  }

  #start(
    question: Question,
    resolvers: readonly Address[],
    forTraffic: boolean,
    now: number,
    out: Effect[],
  ): Pending | undefined {
    if (resolvers.length === 0 || this.#refuseIfFull(out)) return undefined;
    const pending: Pending = {
      question,
      nonce: this.#freshNonce(),
      state: 'asking',
      askAgain: undefined,
      forTraffic,
      failed: false,
      attempts: 0,
      sentAt_ms: now,
      resolvers,
      resolver: undefined,
      lookups: [],
    };
    this.#pending.set(question.prefix, pending);
    this.#byNonce.set(pending.nonce, pending);
    this.#send(pending, now, out);
    return pending;
  }

  #restart(question: Question, now: number, out: Effect[]): void {
    if (this.#start(question, this.#inTurn(), true, now, out) === undefined)
      this.#context.held.drop(question.prefix);
  }

  #inTurn(): readonly Address[] {
    const { mapResolvers } = this.#context;
    return [...mapResolvers.slice(this.#preferred), ...mapResolvers.slice(0, this.#preferred)];
  }

  #freshNonce(): bigint {
    for (;;) {
      const nonce = this.#context.random.nonce();
      if (!this.#byNonce.has(nonce)) return nonce;
    }
  }

  #send(pending: Pending, now: number, out: Effect[]): void {
    const { question, nonce, resolvers, attempts } = pending;
    const resolver = resolvers[attempts % resolvers.length];
    if (resolver === undefined) return;
    pending.resolver = resolver;
    pending.attempts += 1;
    pending.sentAt_ms = now;
    this.#deadlines.set(pending, now + MAP_REQUEST_INTERVAL_ms);
    out.push(encapsulatedMapRequest(question, nonce, resolver, this.#context.local));
    const { counters } = this.#context;
    counters.add('mapRequestsOut');
    counters.add('encapsulatedMapRequestsOut');
    if (question.smrInvoked) counters.add('smrInvokedMapRequestsOut');
    const name = question.smrInvoked ? 'smr-invoked-map-request-sent' : 'map-request-sent';
    const detail = `attempt ${pending.attempts}`;
    out.push(report({ name, eid: question.prefix, peer: resolver, nonce, detail }));
  }

  #retry(pending: Pending, now: number, out: Effect[]): void {
    const limit = pending.forTraffic ? MAP_REQUEST_RETRANSMISSIONS : LOOKUP_RETRANSMISSIONS;
    if (pending.lookups.length > 0 && pending.attempts > LOOKUP_RETRANSMISSIONS)
      this.#reportLookups(pending, 'timeout', undefined, now, out);
    if (pending.attempts <= limit) this.#send(pending, now, out);
    else this.#giveUp(pending, out);
  }

  /** A Map-Reply during the penalty is accepted: the nonce stays pending. */
  #giveUp(pending: Pending, out: Effect[]): void {
    const { question, nonce, attempts } = pending;
    this.#context.held.drop(question.prefix);
    this.#context.counters.add('mapRequestsExpired');
    out.push(
      report({ name: 'map-request-expired', eid: question.prefix, nonce, detail: `${attempts} attempts` }),
    );
    pending.failed = pending.forTraffic; // the penalty applies only after ten retransmissions
    this.#holdDown(
      pending,
      pending.sentAt_ms + (pending.forTraffic ? MAP_REQUEST_PENALTY_ms : MAP_REQUEST_INTERVAL_ms),
    );
  }

  #holdDown(pending: Pending, until: number): void {
    pending.state = 'hold-down';
    if (!pending.failed) this.#byNonce.delete(pending.nonce);
    this.#deadlines.set(pending, until);
  }

  #remove(pending: Pending): void {
    this.#pending.delete(pending.question.prefix);
    this.#byNonce.delete(pending.nonce);
    this.#deadlines.delete(pending);
    this.#full = false;
  }

  #reportLookups(
    pending: Pending,
    outcome: 'reply' | 'timeout',
    from: Address | undefined,
    now: number,
    out: Effect[],
  ): void {
    const { attempts, question } = pending;
    const result = { eid: question.eid, outcome, rtt_ms: now - pending.sentAt_ms, from, attempts };
    for (const token of pending.lookups) out.push(lookupResult(token, result));
    pending.lookups = [];
  }

  #refuseIfFull(out: Effect[]): boolean {
    const { limit, counters } = this.#context;
    if (this.#pending.size < limit) return false;
    counters.add('pendingMapRequestsFull');
    if (!this.#full) out.push(report({ name: 'table-full', detail: `pending Map-Requests: ${limit}` }));
    this.#full = true;
    return true;
  }
}

function lookupResult(token: number, result: LookupResult): Effect {
  return { type: 'lookup-result', token, result };
}
