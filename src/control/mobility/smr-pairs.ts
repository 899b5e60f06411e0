// SPDX-License-Identifier: Apache-2.0
// The (EID, RLOC) pairs of stale packets, with a bound that outsiders cannot exhaust.
import { type Address, type EidPrefix, EidTable, formatAddress, type ReadonlyEidTable } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';

/** An EID is shown for this long after its last stale packet, so that a move can be examined afterwards. */
export const SMR_IDLE_ms = 3_600_000;
/** Maximum number of (EID, RLOC) pairs. */
export const SMR_PAIRS = 65_536;
/**
 * Maximum number of pairs whose EID is not in the away table. Any address of a dynamic-EID prefix, from any
 * outer source, creates such a pair. So they have a limit of their own, and EIDs that moved may evict them.
 */
export const SMR_UNKNOWN_PAIRS = SMR_PAIRS / 4;
/** At that limit, a new pair evicts the least recently seen one if that was silent for this time. */
export const SMR_UNKNOWN_SILENT_ms = 60_000;

/** One ITR that sends stale packets for an EID. Times are CLOCK_MONOTONIC milliseconds. */
export interface SolicitedRloc {
  readonly rloc: Address;
  readonly sent: number;
  readonly lastSent_ms: number | undefined;
  /** Number of stale packets without an SMR because of a rate limit. */
  readonly suppressed: number;
}

/** An EID with the ITRs that were sent SMRs about it. */
export interface SmrEntry {
  readonly eid: EidPrefix;
  readonly solicited: ReadonlyMap<string, SolicitedRloc>;
}

export interface SmrPair {
  readonly eid: EidPrefix;
  readonly rloc: Address;
  /** `rloc` as text. */
  readonly key: string;
  /** An EID of the ITR's site: the source of its latest stale packet. */
  remote: EidPrefix;
  sent: number;
  lastSent_ms: number | undefined;
  suppressed: number;
}

interface Entry extends SmrEntry {
  readonly solicited: Map<string, SmrPair>;
}

/** EID and ITR of a stale packet. */
export interface StalePacket {
  readonly eid: EidPrefix;
  readonly rloc: Address;
  readonly remote: EidPrefix;
  /** True: the EID was local and moved. False: it only could have been local. */
  readonly moved: boolean;
}

/** The table of (EID, RLOC) pairs. Each call is O(log n). */
export class SmrPairs {
  readonly #table = new EidTable<Entry>();
  readonly #moved = new DeadlineQueue<SmrPair>();
  readonly #unknown = new DeadlineQueue<SmrPair>();
  readonly #onLost: (pair: SmrPair) => void;

  /** @param onLost called for every deleted pair */
  constructor(onLost: (pair: SmrPair) => void) {
    this.#onLost = onLost;
  }

  get table(): ReadonlyEidTable<SmrEntry> {
    return this.#table;
  }

  /** Finds or creates the pair of a packet. Undefined: there is no room. */
  of(stale: StalePacket, now: number): { readonly pair: SmrPair; readonly created: boolean } | undefined {
    const known = this.#table.get(stale.eid)?.solicited.get(formatAddress(stale.rloc));
    if (known !== undefined) return { pair: this.#seen(known, stale, now), created: false };
    if (!this.#makeRoom(stale.moved, now)) return undefined;
    return { pair: this.#create(stale, now), created: true };
  }

  forget(eid: EidPrefix): void {
    for (const pair of this.#table.get(eid)?.solicited.values() ?? []) this.#lose(pair);
  }

  nextDeadline(): number | undefined {
    const [moved, unknown] = [this.#moved.next(), this.#unknown.next()];
    return moved === undefined || unknown === undefined ? (moved ?? unknown) : Math.min(moved, unknown);
  }

  /** Returns the number of expired pairs, at most `limit`. */
  expire(now: number, limit: number): number {
    const moved = this.#moved.take(now, limit);
    const silent = [...moved, ...this.#unknown.take(now, limit - moved.length)];
    for (const pair of silent) this.#lose(pair);
    return silent.length;
  }

  #seen(pair: SmrPair, { moved, remote }: StalePacket, now: number): SmrPair {
    pair.remote = remote;
    if (moved && this.#unknown.at(pair) !== undefined) {
      this.#unknown.delete(pair);
      pair.lastSent_ms = undefined; // an SMR before the move solicited the old mapping
    }
    // A pair whose away entry expired stays in its queue: it is deleted with that entry.
    const queue = moved || this.#moved.at(pair) !== undefined ? this.#moved : this.#unknown;
    queue.set(pair, now + SMR_IDLE_ms);
    return pair;
  }

  #create({ eid, rloc, remote, moved }: StalePacket, now: number): SmrPair {
    const key = formatAddress(rloc);
    const pair: SmrPair = { eid, rloc, key, remote, sent: 0, lastSent_ms: undefined, suppressed: 0 };
    const entry = this.#table.get(eid) ?? { eid, solicited: new Map<string, SmrPair>() };
    if (entry.solicited.size === 0) this.#table.set(eid, entry);
    entry.solicited.set(key, pair);
    (moved ? this.#moved : this.#unknown).set(pair, now + SMR_IDLE_ms);
    return pair;
  }

  #makeRoom(moved: boolean, now: number): boolean {
    if (!moved && this.#unknown.size >= SMR_UNKNOWN_PAIRS) {
      const silentSince = (this.#unknown.next() ?? now + SMR_IDLE_ms) - SMR_IDLE_ms;
      return now - silentSince >= SMR_UNKNOWN_SILENT_ms && this.#evict(this.#unknown);
    }
    if (this.#moved.size + this.#unknown.size < SMR_PAIRS) return true;
    return this.#evict(this.#unknown) || (moved && this.#evict(this.#moved));
  }

  /** Evicts the pair that was seen least recently. */
  #evict(queue: DeadlineQueue<SmrPair>): boolean {
    const [oldest] = queue.take(Infinity, 1);
    if (oldest !== undefined) this.#lose(oldest);
    return oldest !== undefined;
  }

  #lose(pair: SmrPair): void {
    this.#moved.delete(pair);
    this.#unknown.delete(pair);
    const entry = this.#table.get(pair.eid);
    entry?.solicited.delete(pair.key);
    if (entry?.solicited.size === 0) this.#table.delete(pair.eid);
    this.#onLost(pair);
  }
}
