// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress, sameAddress } from '#addr/index.js';
import type { Received } from '#control/contract/inputs.js';
import { IntervalLimiter, TokenBuckets } from './rate-limit.js';

/** Burst in seconds of the rate: an ITR that starts, or lost its map-cache, asks for many EIDs at once. */
export const REPLY_BURST_s = 2;
/** Bound of each table: answers, and pairs of ITR-RLOC and origin. */
export const REMEMBERED_REPLIES = 65_536;

/**
 * Origin of a Map-Request: from the RLOC that it names, through the mapping system (in an ECM), or plain from
 * another address. Anybody can name any ITR-RLOC, so each origin has limits of its own.
 */
export type RequestOrigin = 'itself' | 'encapsulated' | 'plain';

export function requestOrigin(received: Received, itrRloc: Address, encapsulated: boolean): RequestOrigin {
  if (sameAddress(received.from, itrRloc)) return 'itself';
  return encapsulated ? 'encapsulated' : 'plain';
}

/** The Map-Reply to be limited. */
export interface LimitedReply {
  readonly itrRloc: Address;
  readonly origin: RequestOrigin;
  readonly nonce: bigint;
  /** Content as text: the limiter refuses a second equal one. */
  readonly about: string;
}

/**
 * Map-Replies have to be rate limited (9301-5.4-19). RFC 9301 recommends one in 3 seconds to a destination
 * RLOC (9301-5.4-20). Taken literally, an ITR could resolve one EID in 3 seconds, and anybody who names its
 * RLOC could use up that one.
 *
 * So this limiter refuses only repetitions within the interval: the same answer to the same nonce. Nobody can
 * guess the nonce of an ITR, so nobody else can use up its answer. In addition, all Map-Replies to one RLOC
 * share a token bucket for each origin of the requests. It bounds the traffic that can be reflected to the
 * RLOC.
 */
export class ReplyLimiter {
  readonly #repetitions: IntervalLimiter;
  readonly #totals: TokenBuckets;

  /**
   * @param interval_ms for repetitions; 0 allows them, and only the total is limited
   * @param perRloc_pps Map-Replies to one ITR-RLOC a second, for requests of the same origin
   */
  constructor(interval_ms: number, perRloc_pps: number) {
    this.#repetitions = new IntervalLimiter(interval_ms, REMEMBERED_REPLIES);
    this.#totals = new TokenBuckets(perRloc_pps, perRloc_pps * REPLY_BURST_s, REMEMBERED_REPLIES);
  }

  /** Returns whether the reply may be sent at `now`, milliseconds, and if so counts it as sent. */
  allow({ itrRloc, origin, nonce, about }: LimitedReply, now: number): boolean {
    const rloc = formatAddress(itrRloc);
    const repetition = `${rloc} ${nonce.toString(16)} ${about}`;
    if (!this.#repetitions.isFree(repetition, now) || !this.#totals.take(`${origin} ${rloc}`, now))
      return false;
    return this.#repetitions.allow(repetition, now);
  }
}
