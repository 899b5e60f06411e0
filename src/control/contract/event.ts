// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '#addr/index.js';

/** The names of events, in the order of a host move. docs/events.md documents them. */
export const EVENT_NAMES = [
  'eid-learnt', // a dynamic EID became local
  'map-register-sent',
  'map-register-accepted', // Map-Server
  'map-register-rejected',
  'map-notify-sent', // Map-Server: acknowledgement or unsolicited; detail says which
  'map-notify-received',
  'map-notify-ack-received',
  'eid-away', // a local EID moved away; the new locators are known
  'withdraw-sent', // Map-Register with TTL 0
  'registration-withdrawn', // Map-Server
  'registration-expired',
  'stale-packet', // first one of an EID and outer source
  'smr-sent',
  'smr-received',
  'smr-ignored',
  'map-request-sent',
  'smr-invoked-map-request-sent',
  'map-request-received',
  'map-request-forwarded', // Map-Server to an ETR
  'map-reply-sent',
  'map-reply-received',
  'map-cache-added',
  'map-cache-updated', // the locator-set changed
  'map-cache-removed',
  'rloc-down', // no packet is sent to this RLOC; detail says why
  'rloc-up',
  'path-mtu-changed', // of the way to an RLOC; detail says to what, and by whom
  'map-request-expired', // no answer after all retransmissions
  'eid-forgotten', // a dynamic EID timed out
  'message-rejected', // a control message that did not parse, did not authenticate, or was not for this node
  'table-full', // a bound was reached; detail says which
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** An event. All fields but the name are optional. */
export interface ControlEvent {
  readonly name: EventName;
  readonly eid?: EidPrefix;
  /** The other node: sender or receiver of the message. */
  readonly peer?: Address;
  /** Locators after the event. */
  readonly rlocs?: readonly Address[];
  readonly nonce?: bigint;
  /** One line for people. */
  readonly detail?: string;
  /** CLOCK_MONOTONIC milliseconds at which the kernel saw it, if earlier than now (punted packets). */
  readonly kernelTime_ms?: number;
}
