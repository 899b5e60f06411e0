// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { ControlEvent } from '#control/contract/event.js';
import { report } from './part.js';
import { IntervalLimiter } from './rate-limit.js';

/**
 * At most one refused message of a sender becomes an event in this time, so that a flood cannot fill the log.
 */
export const REFUSAL_EVENT_INTERVAL_ms = 1_000;
/** Size of the table of senders for this limit. */
const REFUSAL_SENDERS = 1_024;

/** An event about a refused message, with its sender. */
export type Refusal = ControlEvent & { readonly peer: Address };

/** Reports refused messages, rate limited by sender. */
export class Refusals {
  readonly #limiter = new IntervalLimiter(REFUSAL_EVENT_INTERVAL_ms, REFUSAL_SENDERS);

  /**
   * Appends the event, unless the interval since the last event about this sender has not passed. `now`:
   * milliseconds.
   */
  report(refusal: Refusal, now: number, out: Effect[]): void {
    if (this.#limiter.allow(formatAddress(refusal.peer), now)) out.push(report(refusal));
  }
}
