// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, hostEidPrefix, isRoutableUnicast, type ReadonlyEidTable } from '#addr/index.js';
import type { XtrLimits } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { Random } from '#control/contract/machine.js';
import type { Punt } from '#control/contract/inputs.js';
import { solicitMapRequest } from '#control/itr/map-request.js';
import { earlier, type Part, report } from '#control/kit/part.js';
import { IntervalLimiter, TokenBuckets } from '#control/kit/rate-limit.js';
import { SMR_PAIRS, SMR_UNKNOWN_PAIRS, type SmrEntry, type SmrPair, SmrPairs } from './smr-pairs.js';
import { SmrQueue } from './smr-queue.js';

export type { SmrEntry } from './smr-pairs.js';

/**
 * Maximum rate of SMRs to all RLOCs together about EIDs that are not in the away table. A packet with a
 * forged outer source and any unused address of a dynamic-EID prefix causes one, so this bounds the reflected
 * traffic. Few ITRs need such an SMR: those that send to a host which left before this agent knew of it.
 */
export const UNKNOWN_SMRS_PER_SECOND = 20;
/** Burst of these SMRs. */
export const UNKNOWN_SMR_BURST = 40;

export interface SmrSenderContext {
  readonly limits: XtrLimits;
  readonly local: LocalRlocs;
  readonly counters: Counters;
  readonly random: Random;
}

/**
 * Sends SMRs to the ITRs that send packets for EIDs which are no longer local (RFC 9301 section 6.1). SMRs
 * about EIDs that moved are queued. Other SMRs are not queued if a limit refuses them: each later stale
 * packet tries again. They never delay an SMR about an EID that moved.
 */
export class SmrSender implements Part {
  readonly #queue: SmrQueue;
  readonly #pairs: SmrPairs;
  readonly #unknownPerRloc: IntervalLimiter;
  readonly #unknown = new TokenBuckets(UNKNOWN_SMRS_PER_SECOND, UNKNOWN_SMR_BURST, 2);
  readonly #context: SmrSenderContext;
  #full = false;

  constructor(context: SmrSenderContext) {
    const { smrPerRlocInterval_ms } = context.limits;
    this.#context = context;
    this.#queue = new SmrQueue(smrPerRlocInterval_ms, SMR_PAIRS);
    this.#unknownPerRloc = new IntervalLimiter(smrPerRlocInterval_ms, SMR_UNKNOWN_PAIRS);
    this.#pairs = new SmrPairs((pair) => {
      this.#queue.forget(pair);
      this.#full = false;
    });
  }

  get table(): ReadonlyEidTable<SmrEntry> {
    return this.#pairs.table;
  }

  /**
   * Handles a packet from an ITR for `punt.destinationEid`, which is not local.
   * @param moved true: the EID was local and moved; false: it only could have been local
   */
  stale(punt: Punt, moved: boolean, now: number, out: Effect[]): void {
    const { instanceId, outerSource: rloc } = punt;
    if (rloc === undefined || !isRoutableUnicast(rloc) || this.#context.local.has(rloc)) return;
    const eid = hostEidPrefix({ instanceId, address: punt.destinationEid });
    const remote = hostEidPrefix({ instanceId, address: punt.sourceEid });
    const found = this.#pairs.of({ eid, rloc, remote, moved }, now);
    if (found === undefined) return this.#refuse(out);
    const { pair, created } = found;
    if (created) out.push(report({ name: 'stale-packet', eid, peer: rloc, kernelTime_ms: punt.at_ms }));
    switch (this.#judge(pair, moved, now)) {
      case 'now':
        return this.#send(pair, now, out);
      case 'refused':
        pair.suppressed += 1;
        this.#context.counters.add('smrSuppressed');
        return;
      case 'queued':
        return;
    }
  }

  /** Called when the EID is local again or its away entry expired. */
  forget(eid: EidPrefix): void {
    this.#pairs.forget(eid);
  }

  nextDeadline(): number | undefined {
    return earlier(this.#pairs.nextDeadline(), this.#queue.nextDeadline());
  }

  expire(now: number, limit: number, out: Effect[]): void {
    const next = this.#queue.expire(now, limit);
    for (const pair of next) this.#send(pair, now, out);
    this.#pairs.expire(now, limit - next.length);
  }

  #judge(pair: SmrPair, moved: boolean, now: number): 'now' | 'queued' | 'refused' {
    const { smrSuppression_ms } = this.#context.limits;
    if (pair.lastSent_ms !== undefined && now - pair.lastSent_ms < smrSuppression_ms) return 'refused';
    if (moved) return this.#queue.take(pair, now);
    const { key } = pair;
    const free = !this.#queue.has(key) && this.#unknownPerRloc.isFree(key, now);
    return free && this.#unknown.take('', now) && this.#unknownPerRloc.allow(key, now) ? 'now' : 'refused';
  }

  #send(pair: SmrPair, now: number, out: Effect[]): void {
    const { local, counters, random } = this.#context;
    const { eid, rloc, remote } = pair;
    const nonce = random.nonce();
    pair.sent += 1;
    pair.lastSent_ms = now;
    const moved = { instanceId: eid.instanceId, address: eid.prefix.address };
    out.push(solicitMapRequest(moved, remote, nonce, rloc, local));
    counters.add('mapRequestsOut');
    counters.add('smrOut');
    out.push(report({ name: 'smr-sent', eid, peer: rloc, nonce }));
  }

  #refuse(out: Effect[]): void {
    this.#context.counters.add('smrSuppressed');
    const detail = `SMR: ${SMR_UNKNOWN_PAIRS} (EID, RLOC) pairs of EIDs that were never local`;
    if (!this.#full) out.push(report({ name: 'table-full', detail }));
    this.#full = true;
  }
}
