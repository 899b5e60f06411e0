// SPDX-License-Identifier: Apache-2.0

/** Every counter of the control plane; `show statistics` prints them in this order. */
export const COUNTER_NAMES = [
  'mapRequestsIn',
  'mapRequestsOut',
  'encapsulatedMapRequestsIn',
  'encapsulatedMapRequestsOut',
  'probeMapRequestsIn',
  'smrIn',
  'smrOut',
  'smrIgnored', // no map-cache entry for the EID, or rate limit
  'smrSuppressed', // not sent: suppression or rate limit
  'smrInvokedMapRequestsOut',
  'mapRequestsExpired',
  'mapRequestsForwarded',
  'mapRequestsDropped',
  'mapReplyRecordsIn',
  'mapReplyRecordsOut',
  'negativeMapReplyRecordsIn',
  'negativeMapReplyRecordsOut',
  'proxyMapReplyRecordsOut',
  'mapRepliesUnsolicited', // no pending nonce: ignored
  'mapRepliesRejected', // no record for the EID asked for, or a mapping that leads back here
  'mapRepliesRateLimited',
  'mapRegisterRecordsIn',
  'mapRegisterRecordsOut',
  'mapRegistersRetransmitted',
  'mapRegistersRejected',
  'mapRegistersReplayed',
  'mapNotifyRecordsIn',
  'mapNotifyRecordsOut',
  'mapNotifiesRetransmitted',
  'mapNotifiesAbandoned',
  'mapNotifyAcksIn',
  'mapNotifyAcksOut',
  'authenticationFailures',
  'malformedMessages',
  'messagesUnsendable', // too large or to a forbidden port: has content copied from a received message
  'unexpectedMessages', // well-formed, but not for a role of this node
  'mapCacheEntriesCreated',
  'mapCacheEntriesDeleted',
  'mapCacheFull',
  'dynamicEidsFull',
  'pendingMapRequestsFull',
  'registrationsFull',
  'pendingNotifiesFull',
  'packetsHeld', // punted without a mapping, also those that are not queued
  'packetsReleased', // of them: sent on
  'packetsHeldDropped', // of them: bound reached, no answer, or action drop; the rest is queued
  'icmpErrorsOut', // about packets that are too big, or whose TTL is used up
  'icmpErrorsRateLimited',
  'icmpErrorsWithoutSource', // no address of the family on an EID-facing interface
  'packetsFragmented',
  'fragmentsOut',
  'packetsNotFragmented', // captured in part, or an MTU without room
  'fragmentationRefused', // by configuration
  'coreIcmpIn',
  'coreIcmpTooShort', // quotes no inner header: not told to the host
  'coreIcmpRejected', // broken, or about no packet that we can have sent
  'puntsIn',
  'trieFull',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

/** Counters of one node. They start at zero and only grow. */
export class Counters {
  readonly #counts = new Map<CounterName, number>(COUNTER_NAMES.map((name) => [name, 0]));

  add(name: CounterName, n = 1): void {
    this.#counts.set(name, this.get(name) + n);
  }

  get(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
