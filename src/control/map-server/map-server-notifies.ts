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
 * Milliseconds from one transmission of an unsolicited Map-Notify to the next (RFC 9301 section 5.7): 3
 * retransmissions at intervals of 3 seconds, then 3 with the interval doubled each time. After the last
 * interval it is abandoned.
 */
export const NOTIFY_INTERVALS_ms: readonly number[] = [3_000, 3_000, 3_000, 6_000, 12_000, 24_000, 48_000];

/** An EID-prefix that moved away from an ETR. */
interface MovedEid {
  /** The ETR whose registration was replaced. */
  readonly previous: RegisterSource;
  /** The record that another ETR registered. */
  readonly record: EidRecord;
}

/** One pending Map-Notify to one ETR. */
interface PendingNotify {
  readonly previous: RegisterSource;
  readonly nonce: bigint;
  /** By ETR and EID-prefix. Outdated records are removed. */
  readonly records: Map<string, EidRecord>;
  transmissions: number;
}

/**
 * Sends unsolicited Map-Notifies to ETRs that an EID has left, and retransmits them until they are
 * acknowledged.
 */
export class UnsolicitedNotifies implements Part {
  readonly #byNonce = new Map<bigint, PendingNotify>();
  /** One for each ETR and EID-prefix: an older one would be outdated. */
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

  /** Number of EID-prefixes whose Map-Notify is not acknowledged. */
  get count(): number {
    return this.#byAbout.size;
  }

  /**
   * Tells replaced ETRs the new mappings of their EID-prefixes. Each Map-Notify goes to the RLOC that the ETR
   * registered from and is signed with the key that it used. Changes of one turn share messages. Beyond the
   * bound of pending records, a Map-Notify is sent once only.
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

  /** The ETR has registered the EID-prefix again, so a pending record about its move is outdated. */
  forget(etr: string, eid: EidPrefix): void {
    if (this.#byAbout.size === 0) return; // the usual case: a refresh then needs no key
    const about = aboutKey(etr, eid);
    const pending = this.#byAbout.get(about);
    if (pending === undefined) return;
    this.#byAbout.delete(about);
    pending.records.delete(about);
    if (pending.records.size === 0) this.#remove(pending);
  }

  /**
   * A Map-Notify-Ack with the nonce and valid authentication stops the retransmission.
   * - unknown: no Map-Notify with this nonce is pending (a second Ack after a retransmission, or a forgery)
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

  /** Retransmits due Map-Notifies, at most `limit` messages. */
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

  /** Records that became outdated since the first transmission are left out. */
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

/** Event fields: one EID-prefix with its RLOCs, or the number of records. */
function about(records: readonly EidRecord[], transmissions: number) {
  const [first, ...others] = records;
  const kind = transmissions === 0 ? 'unsolicited' : `unsolicited, retransmission ${transmissions}`;
  if (first === undefined || others.length > 0) return { detail: `${kind}, ${records.length} records` };
  return { eid: first.eid, rlocs: first.locators.map(({ rloc }) => rloc), detail: kind };
}

/** The ETRs whose registration another one replaced, unless the EID can still be behind them. */
function movedEids(change: RegistrationChange): MovedEid[] {
  if (change.why !== 'registered') return [];
  const { after, record } = change;
  const locators = locatorSet(after);
  const left = lostRegistrations(change).filter((etr) => !isBehind(etr, locators));
  return left.map(({ source }) => ({ previous: source, record }));
}

/**
 * Groups the records that can share a message. There are few groups: the previous locations of the
 * EID-prefixes of one Map-Register.
 */
function byReceiver(left: readonly MovedEid[]): MovedEid[][] {
  const groups: MovedEid[][] = [];
  for (const each of left) {
    const group = groups.find(([first]) => first !== undefined && isReceiver(first.previous, each.previous));
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
}

/**
 * Whether both are the same ETR at the same address that registered with the same address of ours and the
 * same key.
 */
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

/** The record as a Map-Server sends it: not authoritative, and no locator is local to the receiving ETR. */
function asTold(record: EidRecord): EidRecord {
  const locators = sortedLocators(record.locators).map((locator) => ({ ...locator, local: false }));
  return { ...record, authoritative: false, locators };
}

function aboutKey(etr: string, eid: EidPrefix): string {
  return `${etr} ${formatEidPrefix(eid)}`;
}
