// SPDX-License-Identifier: Apache-2.0
import {
  type Address,
  type Eid,
  type EidPrefix,
  EidTable,
  formatAddress,
  hostEidPrefix,
  isRoutableUnicast,
  type ReadonlyEidTable,
} from '../addr/index.js';
import type { XtrLimits } from './config.js';
import type { Counters } from './counters.js';
import { DeadlineQueue } from './deadlines.js';
import type { Effect } from './effect.js';
import type { LocalRlocs } from './local-rlocs.js';
import type { Punt, Random } from './machine.js';
import { solicitMapRequest } from './map-request.js';
import { type Part, report } from './part.js';
import { IntervalLimiter } from './rate-limit.js';

/** An EID whose stale packets ended is shown for so long: long enough to look at a move afterwards. */
export const SMR_IDLE_ms = 3_600_000;
/** (EID, RLOC) pairs remembered at most; beyond it no SMR is sent, which is counted. */
export const SMR_PAIRS = 65_536;

/** One ITR that sends stale packets for an EID. Times are CLOCK_MONOTONIC milliseconds. */
export interface SolicitedRloc {
  readonly rloc: Address;
  readonly sent: number;
  readonly lastSent_ms: number | undefined;
  /** Stale packets that led to no SMR because of a rate limit. */
  readonly suppressed: number;
}

/** An EID about which Map-Requests are solicited. */
export interface SmrEntry {
  readonly eid: EidPrefix;
  readonly solicited: ReadonlyMap<string, SolicitedRloc>;
}

interface Pair {
  readonly rloc: Address;
  sent: number;
  lastSent_ms: number | undefined;
  suppressed: number;
}

interface Entry extends SmrEntry {
  readonly solicited: Map<string, Pair>;
  lastPacket_ms: number;
}

export interface SmrSenderContext {
  readonly limits: XtrLimits;
  readonly local: LocalRlocs;
  readonly counters: Counters;
  readonly random: Random;
}

/**
 * Sends SMRs to the ITRs that send packets for EIDs which are no longer here (RFC 9301 section 6.1). What a limit holds
 * back is not queued: as long as stale packets come, each of them tries again.
 */
export class SmrSender implements Part {
  readonly #table = new EidTable<Entry>();
  readonly #idle = new DeadlineQueue<Entry>();
  readonly #perRloc: IntervalLimiter;
  readonly #context: SmrSenderContext;
  #pairs = 0;
  #full = false;

  constructor(context: SmrSenderContext) {
    this.#context = context;
    this.#perRloc = new IntervalLimiter(context.limits.smrPerRlocInterval_ms, SMR_PAIRS);
  }

  get table(): ReadonlyEidTable<SmrEntry> {
    return this.#table;
  }

  /** A packet for `punt.destinationEid`, which is not local, came from an ITR. */
  stale(punt: Punt, now: number, out: Effect[]): void {
    const { instanceId, outerSource } = punt;
    if (outerSource === undefined || !isRoutableUnicast(outerSource) || this.#context.local.has(outerSource))
      return;
    const eid = { instanceId, address: punt.destinationEid };
    const entry = this.#entry(hostEidPrefix(eid), now);
    const pair = this.#pair(entry, outerSource, punt, out);
    if (pair === undefined) return;
    if (!this.#mayProceed(pair, now)) {
      pair.suppressed += 1;
      this.#context.counters.add('smrSuppressed');
      return;
    }
    this.#send(eid, hostEidPrefix({ instanceId, address: punt.sourceEid }), pair, now, out);
  }

  /** The EID is local again, or its away entry ended. */
  forget(eid: EidPrefix): void {
    const entry = this.#table.get(eid);
    if (entry === undefined) return;
    this.#table.delete(eid);
    this.#idle.delete(entry);
    this.#pairs -= entry.solicited.size;
    this.#full = false;
  }

  nextDeadline(): number | undefined {
    return this.#idle.next();
  }

  expire(now: number, limit: number): void {
    for (const entry of this.#idle.take(now, limit)) {
      if (entry.lastPacket_ms + SMR_IDLE_ms <= now) this.forget(entry.eid);
      else this.#idle.set(entry, entry.lastPacket_ms + SMR_IDLE_ms);
    }
  }

  #mayProceed(pair: Pair, now: number): boolean {
    const { smrSuppression_ms } = this.#context.limits;
    if (pair.lastSent_ms !== undefined && now - pair.lastSent_ms < smrSuppression_ms) return false;
    return this.#perRloc.allow(formatAddress(pair.rloc), now);
  }

  #entry(eid: EidPrefix, now: number): Entry {
    const known = this.#table.get(eid);
    if (known !== undefined) return Object.assign(known, { lastPacket_ms: now });
    return { eid, solicited: new Map(), lastPacket_ms: now };
  }

  #pair(entry: Entry, rloc: Address, punt: Punt, out: Effect[]): Pair | undefined {
    const key = formatAddress(rloc);
    const known = entry.solicited.get(key);
    if (known !== undefined) return known;
    if (this.#refuseIfFull(out)) return undefined;
    if (entry.solicited.size === 0) {
      this.#table.set(entry.eid, entry);
      this.#idle.set(entry, entry.lastPacket_ms + SMR_IDLE_ms);
    }
    const pair = { rloc, sent: 0, lastSent_ms: undefined, suppressed: 0 };
    entry.solicited.set(key, pair);
    this.#pairs += 1;
    out.push(report('stale-packet', { eid: entry.eid, peer: rloc, kernelTime_ms: punt.at_ms }));
    return pair;
  }

  #send(moved: Eid, remote: EidPrefix, pair: Pair, now: number, out: Effect[]): void {
    const { local, counters, random } = this.#context;
    const nonce = random.nonce();
    pair.sent += 1;
    pair.lastSent_ms = now;
    out.push(solicitMapRequest(moved, remote, nonce, pair.rloc, local));
    counters.add('mapRequestsOut');
    counters.add('smrOut');
    out.push(report('smr-sent', { eid: hostEidPrefix(moved), peer: pair.rloc, nonce }));
  }

  #refuseIfFull(out: Effect[]): boolean {
    if (this.#pairs < SMR_PAIRS) return false;
    this.#context.counters.add('smrSuppressed');
    if (!this.#full) out.push(report('table-full', { detail: `SMR: ${SMR_PAIRS} (EID, RLOC) pairs` }));
    this.#full = true;
    return true;
  }
}
