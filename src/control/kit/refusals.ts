// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { ControlEvent } from '#control/contract/event.js';
import { report } from './part.js';
import { IntervalLimiter } from './rate-limit.js';

/** Of the messages of one sender that are refused, one in this time becomes an event: a flood cannot fill the log. */
export const REFUSAL_EVENT_INTERVAL_ms = 1_000;
/** Senders remembered for that. */
const REFUSAL_SENDERS = 1_024;

/** An event about a message that was not accepted, and who sent it. */
export type Refusal = ControlEvent & { readonly peer: Address };

/** Events about refused messages, limited by sender. */
export class Refusals {
  readonly #limiter = new IntervalLimiter(REFUSAL_EVENT_INTERVAL_ms, REFUSAL_SENDERS);

  /** Appends the event, unless there was one about this sender within the interval. `now`: milliseconds. */
  report(refusal: Refusal, now: number, out: Effect[]): void {
    if (this.#limiter.allow(formatAddress(refusal.peer), now)) out.push(report(refusal));
  }
}
