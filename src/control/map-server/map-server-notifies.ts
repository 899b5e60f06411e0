// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix, sameAddress } from '#addr/index.js';
import { CONTROL_PORT, type EidRecord, type MapNotify, verifyAuthentication } from '#wire/index.js';
import type { Counters } from '#control/contract/counters.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { Random } from '#control/contract/machine.js';
import type { Received } from '#control/contract/inputs.js';
import { MESSAGE_BYTES, recordBatches, recordBytes } from '#control/kit/message-size.js';
import { type Part, report } from '#control/kit/part.js';
import { lostRegistrations, type RegistrationChange } from './registration-change.js';
import { isBehind, locatorSet, type RegisterSource, sortedLocators } from './registration.js';

/**
 * Milliseconds from one transmission of an unsolicited Map-Notify to the next (RFC 9301 section 5.7): 3 retransmissions
 * at 3-second intervals, 3 more with the interval doubled each time. After the last wait it is given up.
 */
export const NOTIFY_INTERVALS_ms: readonly number[] = [3_000, 3_000, 3_000, 6_000, 12_000, 24_000, 48_000];

/** An EID-prefix that an ETR is told to have lost. */
interface MovedEid {
  /** Whose registration was replaced. */
  readonly previous: RegisterSource;
  /** What another ETR registered. */
  readonly record: EidRecord;
}

/** One Map-Notify to one ETR. */
interface PendingNotify {
  readonly previous: RegisterSource;
  readonly nonce: bigint;
  /** By ETR and EID-prefix; those that are out of date have gone. */
  readonly records: Map<string, EidRecord>;
  transmissions: number;
}

/** Unsolicited Map-Notify messages to ETRs that an EID has left, until they are acknowledged. */
export class UnsolicitedNotifies implements Part {
  readonly #byNonce = new Map<bigint, PendingNotify>();
  /** At most one for each ETR and EID-prefix: an older one would be out of date. */
  readonly #byAbout = new Map<string, PendingNotify>();
  readonly #deadlines = new DeadlineQueue<PendingNotify>();
  readonly #limit: number;
  readonly #counters: Counters;
  readonly #random: Random;

  constructor(limit: number, counters: Counters, random: Random) {
    this.#limit = limit;
    this.#counters = counters;
    this.#random = random;
  }

  /** EID-prefixes that an ETR has yet to acknowledge. */
  get count(): number {
    return this.#byAbout.size;
  }

  /**
   * Tells ETRs that were replaced what their EID-prefixes map to now: at the RLOC that each registered from,
   * authenticated with the key that it used. What comes together shares messages. What is beyond the bound of pending
   * ones is sent once only.
   */
  notify(changes: readonly RegistrationChange[], now: number, out: Effect[]): void {
    for (const group of byReceiver(changes.flatMap(movedEids))) {
      for (const { previous, record } of group) this.forget(previous.etr, record.eid);
      const bytesOf = ({ record }: MovedEid): number => recordBytes(record.eid, record.locators);
      const family = group[0]?.previous.from.family ?? 4;
      for (const batch of recordBatches(group, bytesOf, MESSAGE_BYTES[family])) this.#begin(batch, now, out);
    }
  }

  #begin(batch: readonly MovedEid[], now: number, out: Effect[]): void {
    const room = Math.max(0, this.#limit - this.#byAbout.size);
    this.#startWaiting(batch.slice(0, room), now, out);
    this.#sendOnce(batch.slice(room), out);
  }

  #startWaiting(batch: readonly MovedEid[], now: number, out: Effect[]): void {
    const pending = this.#create(batch);
    if (pending === undefined) return;
    this.#byNonce.set(pending.nonce, pending);
    for (const about of pending.records.keys()) this.#byAbout.set(about, pending);
    this.#transmitAndWait(pending, now, out);
  }

  #sendOnce(batch: readonly MovedEid[], out: Effect[]): void {
    const pending = this.#create(batch);
    if (pending === undefined) return;
    this.#counters.add('pendingNotifiesFull', batch.length);
    const detail = `Map-Notifies of ${this.#limit} EID-prefixes are pending; this one is not retransmitted`;
    this.#transmit(pending, out);
    for (const { previous, record } of batch)
      out.push(report({ name: 'table-full', eid: record.eid, peer: previous.from, detail }));
  }

  /** The ETR has registered the EID-prefix again: telling it that the EID is elsewhere would be wrong now. */
  forget(etr: string, eid: EidPrefix): void {
    if (this.#byAbout.size === 0) return; // as most times: then a refresh needs no key
    const about = aboutKey(etr, eid);
    const pending = this.#byAbout.get(about);
    if (pending === undefined) return;
    this.#byAbout.delete(about);
    pending.records.delete(about);
    if (pending.records.size === 0) this.#remove(pending);
  }

  /**
   * A Map-Notify-Ack stops retransmission if it carries the nonce and authenticates.
   * - unknown: nothing waits for this nonce (a second Ack after a retransmission, or a forgery)
   */
  acknowledge(received: Received, ack: MapNotify): 'acknowledged' | 'unauthentic' | 'unknown' {
    const pending = this.#byNonce.get(ack.nonce);
    if (pending === undefined) return 'unknown';
    const { algorithmId, key } = pending.previous;
    const sameAlgorithm = ack.authentication.algorithmId === algorithmId;
    if (!sameAlgorithm || !verifyAuthentication(received.bytes, ack, key.secret)) return 'unauthentic';
    this.#remove(pending);
    return 'acknowledged';
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  /** Retransmits what is due, at most `limit` messages. */
  expire(now: number, limit: number, out: Effect[]): void {
    for (const pending of this.#deadlines.take(now, limit)) {
      if (pending.transmissions < NOTIFY_INTERVALS_ms.length) this.#retransmit(pending, now, out);
      else {
        this.#remove(pending);
        this.#counters.add('mapNotifiesAbandoned');
      }
    }
  }

  #create(batch: readonly MovedEid[]): PendingNotify | undefined {
    const [first] = batch;
    if (first === undefined) return undefined;
    const records = batch.map(
      ({ previous, record }) => [aboutKey(previous.etr, record.eid), asTold(record)] as const,
    );
    const { previous } = first;
    return { previous, nonce: this.#random.nonce(), records: new Map(records), transmissions: 0 };
  }

  #retransmit(pending: PendingNotify, now: number, out: Effect[]): void {
    this.#counters.add('mapNotifiesRetransmitted');
    this.#transmitAndWait(pending, now, out);
  }

  #transmitAndWait(pending: PendingNotify, now: number, out: Effect[]): void {
    this.#transmit(pending, out);
    this.#deadlines.set(pending, now + (NOTIFY_INTERVALS_ms[pending.transmissions - 1] ?? 0));
  }

  /** Those that have become out of date since it was sent first are left out. */
  #transmit(pending: PendingNotify, out: Effect[]): void {
    const { previous, nonce, transmissions } = pending;
    const { keyId, algorithmId, key, identity, from: to, to: from } = previous;
    const records = [...pending.records.values()];
    const authentication = { keyId, algorithmId, data: new Uint8Array() };
    const message: MapNotify = { type: 'map-notify', nonce, authentication, records, identity };
    pending.transmissions += 1;
    this.#counters.add('mapNotifyRecordsOut', records.length);
    out.push(
      { type: 'send', message, key: key.secret, from, to, toPort: CONTROL_PORT },
      report({ name: 'map-notify-sent', peer: to, nonce, ...about(records, transmissions) }),
    );
  }

  #remove(pending: PendingNotify): void {
    this.#byNonce.delete(pending.nonce);
    for (const about of pending.records.keys()) this.#byAbout.delete(about);
    this.#deadlines.delete(pending);
  }
}

/** One EID-prefix is told with its RLOCs, more of them by their number. */
function about(records: readonly EidRecord[], transmissions: number) {
  const [first, ...others] = records;
  const kind = transmissions === 0 ? 'unsolicited' : `unsolicited, retransmission ${transmissions}`;
  if (first === undefined || others.length > 0) return { detail: `${kind}, ${records.length} records` };
  return { eid: first.eid, rlocs: first.locators.map(({ rloc }) => rloc), detail: kind };
}

/** ETRs whose registration another one replaced, unless the EID can still be behind them. */
function movedEids(change: RegistrationChange): MovedEid[] {
  if (change.why !== 'registered') return [];
  const { after, record } = change;
  const locators = locatorSet(after);
  const left = lostRegistrations(change).filter((etr) => !isBehind(etr, locators));
  return left.map(({ source }) => ({ previous: source, record }));
}

/** What one message can tell. They are few: where the EID-prefixes of one Map-Register were before. */
function byReceiver(left: readonly MovedEid[]): MovedEid[][] {
  const groups: MovedEid[][] = [];
  for (const each of left) {
    const group = groups.find(([first]) => first !== undefined && isReceiver(first.previous, each.previous));
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
}

/** Whether they are the same ETR, at the same address, that registered with the same address of ours and the same key. */
function isReceiver(a: RegisterSource, b: RegisterSource): boolean {
  return (
    a.etr === b.etr &&
    a.key === b.key &&
    a.keyId === b.keyId &&
    a.algorithmId === b.algorithmId &&
    sameAddress(a.from, b.from) &&
    sameAddress(a.to, b.to)
  );
}

/** Told by a Map-Server, to an ETR that none of the locators is local to. */
function asTold(record: EidRecord): EidRecord {
  const locators = sortedLocators(record.locators).map((locator) => ({ ...locator, local: false }));
  return { ...record, authoritative: false, locators };
}

function aboutKey(etr: string, eid: EidPrefix): string {
  return `${etr} ${formatEidPrefix(eid)}`;
}
