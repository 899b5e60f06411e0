// SPDX-License-Identifier: Apache-2.0
// Who sends stale packets for what: (EID, RLOC) pairs with a bound that outsiders cannot fill.
import { type Address, type EidPrefix, EidTable, formatAddress, type ReadonlyEidTable } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';

/** An EID whose stale packets ended is shown for so long: long enough to look at a move afterwards. */
export const SMR_IDLE_ms = 3_600_000;
/** (EID, RLOC) pairs remembered at most. */
export const SMR_PAIRS = 65_536;
/**
 * Those of EIDs that are not in the away table. Any address of a dynamic-EID prefix, from any outer source, makes one,
 * so they have a share of their own; EIDs that moved take the place of others.
 */
export const SMR_UNKNOWN_PAIRS = SMR_PAIRS / 4;
/** At that share, the pair that was silent for longest makes room for a new one if it was for so long. */
export const SMR_UNKNOWN_SILENT_ms = 60_000;

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

/** A stale packet: for which EID, from which ITR. */
export interface StalePacket {
  readonly eid: EidPrefix;
  readonly rloc: Address;
  readonly remote: EidPrefix;
  /** The EID was here and moved; else it only could have been here. */
  readonly moved: boolean;
}

/** O(log n) throughout. */
export class SmrPairs {
  readonly #table = new EidTable<Entry>();
  readonly #moved = new DeadlineQueue<SmrPair>();
  readonly #unknown = new DeadlineQueue<SmrPair>();
  readonly #onLost: (pair: SmrPair) => void;

  /** @param onLost hears of every pair that goes */
  constructor(onLost: (pair: SmrPair) => void) {
    this.#onLost = onLost;
  }

  get table(): ReadonlyEidTable<SmrEntry> {
    return this.#table;
  }

  /** The pair of a packet, undefined if there is no room for it. */
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

  /** How many were handled, at most `limit`. */
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
      pair.lastSent_ms = undefined; // an SMR from before the move solicited the old mapping
    }
    // An EID whose away entry ended keeps its place: it is forgotten with that entry.
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

  /** The one that was silent for longest. */
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
