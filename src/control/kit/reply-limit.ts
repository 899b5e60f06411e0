// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress, sameAddress } from '#addr/index.js';
import type { Received } from '#control/contract/inputs.js';
import { IntervalLimiter, TokenBuckets } from './rate-limit.js';

/** Seconds of the rate that may go at once: an ITR that starts, or lost its map-cache, asks for many EIDs. */
export const REPLY_BURST_s = 2;
/** Answered questions remembered, and ITR-RLOCs, counted once for each way. */
export const REMEMBERED_REPLIES = 65_536;

/**
 * How a Map-Request came: from the very RLOC that it names, through the mapping system (in an ECM), or plain from some
 * other address. The ITR-RLOC is a claim that anybody can make, so who makes it one way takes nothing from the others.
 */
export type RequestOrigin = 'itself' | 'encapsulated' | 'plain';

export function requestOrigin(received: Received, itrRloc: Address, encapsulated: boolean): RequestOrigin {
  if (sameAddress(received.from, itrRloc)) return 'itself';
  return encapsulated ? 'encapsulated' : 'plain';
}

/** The Map-Reply that would be sent. */
export interface LimitedReply {
  readonly itrRloc: Address;
  readonly origin: RequestOrigin;
  readonly nonce: bigint;
  /** What it says, as text: of equal ones the second is held back. */
  readonly about: string;
}

/**
 * Map-Replies have to be rate limited (9301-5.4-19); one to a destination RLOC in 3 seconds is recommended
 * (9301-5.4-20). Word for word, an ITR could resolve one EID in 3 seconds, and whoever names its RLOC could take that one.
 * So here a repetition, the same answer to the same nonce, is what is sent once in the interval: the nonce of an ITR is
 * not to be guessed, so nobody else can use up its answer. All Map-Replies to one RLOC together have a token bucket for
 * each way that requests come, which bounds what can be reflected to it.
 */
export class ReplyLimiter {
  readonly #repetitions: IntervalLimiter;
  readonly #totals: TokenBuckets;

  /**
   * @param interval_ms of repetitions; 0 allows them, and leaves the bound of the total
   * @param perRloc_pps Map-Replies to one ITR-RLOC a second, of requests that came the same way
   */
  constructor(interval_ms: number, perRloc_pps: number) {
    this.#repetitions = new IntervalLimiter(interval_ms, REMEMBERED_REPLIES);
    this.#totals = new TokenBuckets(perRloc_pps, perRloc_pps * REPLY_BURST_s, REMEMBERED_REPLIES);
  }

  /** Whether it may be sent at `now`, milliseconds; if so, it counts as sent. */
  allow({ itrRloc, origin, nonce, about }: LimitedReply, now: number): boolean {
    const rloc = formatAddress(itrRloc);
    const repetition = `${rloc} ${nonce.toString(16)} ${about}`;
    if (!this.#repetitions.isFree(repetition, now) || !this.#totals.take(`${origin} ${rloc}`, now))
      return false;
    return this.#repetitions.allow(repetition, now);
  }
}
