// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { EventName } from '#control/contract/event.js';
import type { Received } from '#control/contract/inputs.js';
import { report } from '#control/kit/part.js';
import { IntervalLimiter } from '#control/kit/rate-limit.js';

/** One refused message of a sender in this time becomes an event, so that a flood cannot fill the log. */
const INTERVAL_MS = 1_000;
/** Senders remembered for that. */
const SENDERS = 1_024;

/** Events about messages that were not accepted. */
export class Refusals {
  readonly #limiter = new IntervalLimiter(INTERVAL_MS, SENDERS);

  /** No event if there was one about this sender a moment ago. */
  event(
    name: EventName,
    received: Received,
    about: { readonly eid: EidPrefix | undefined; readonly nonce: bigint },
    detail: string,
    now: number,
  ): Effect[] {
    const { eid, nonce } = about;
    const { from: peer } = received;
    if (!this.#limiter.allow(formatAddress(peer), now)) return [];
    return [report({ name, eid, peer, nonce, detail })];
  }
}
