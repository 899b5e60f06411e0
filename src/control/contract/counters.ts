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
  'messagesUnsendable', // longer than a datagram, or with a port that is not allowed: copied from what others sent
  'unexpectedMessages', // well-formed, but not for a role of this node
  'mapCacheEntriesCreated',
  'mapCacheEntriesDeleted',
  'mapCacheFull',
  'dynamicEidsFull',
  'pendingMapRequestsFull',
  'registrationsFull',
  'pendingNotifiesFull',
  'packetsHeld', // punted for want of a mapping, also those that need not wait or may not
  'packetsReleased', // of them: sent on
  'packetsHeldDropped', // of them: bound reached, no answer, or the answer was drop; what remains waits
  'puntsIn',
  'trieFull',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

/** Counts of one node; starts at zero, never goes back. */
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
