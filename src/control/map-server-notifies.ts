// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix } from '../addr/index.js';
import { CONTROL_PORT, type EidRecord, type MapNotify, verifyAuthentication } from '../wire/index.js';
import type { Counters } from './counters.js';
import { DeadlineQueue } from './deadlines.js';
import type { Effect, SendEffect } from './effect.js';
import type { Random, Received } from './machine.js';
import { type RegisterSource, sortedLocators } from './registration.js';

/**
 * Milliseconds from one transmission of an unsolicited Map-Notify to the next (RFC 9301 section 5.7): 3 retransmissions
 * at 3-second intervals, 3 more with the interval doubled each time. After the last wait it is given up.
 */
export const NOTIFY_INTERVALS_MS: readonly number[] = [3_000, 3_000, 3_000, 6_000, 12_000, 24_000, 48_000];

interface PendingNotify {
  /** ETR and EID-prefix. */
  readonly about: string;
  readonly eid: EidPrefix;
  readonly message: MapNotify;
  readonly secret: Uint8Array;
  readonly send: SendEffect;
  transmissions: number;
}

/** Unsolicited Map-Notify messages to ETRs that an EID has left, until they are acknowledged. */
export class UnsolicitedNotifies {
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

  get count(): number {
    return this.#byNonce.size;
  }

  /**
   * Tells `previous` what the EID-prefix maps to now: the record that another ETR registered. To the RLOC that it registered from, authenticated with the key
   * that it used. At the bound of pending ones it is sent once only.
   */
  notify(previous: RegisterSource, record: EidRecord, now: number): Effect[] {
    this.forget(previous.etr, record.eid);
    const pending = this.#create(previous, record);
    if (this.#byNonce.size >= this.#limit) {
      this.#counters.add('pendingNotifiesFull');
      const detail = `${this.#limit} Map-Notify messages are pending; this one is not retransmitted`;
      return [
        ...this.#transmit(pending),
        { type: 'event', event: { name: 'table-full', eid: record.eid, peer: previous.from, detail } },
      ];
    }
    this.#byNonce.set(pending.message.nonce, pending);
    this.#byAbout.set(pending.about, pending);
    return this.#transmitAndWait(pending, now);
  }

  /** The ETR has registered the EID-prefix again: telling it that the EID is elsewhere would be wrong now. */
  forget(etr: string, eid: EidPrefix): void {
    const pending = this.#byAbout.get(aboutKey(etr, eid));
    if (pending !== undefined) this.#remove(pending);
  }

  /**
   * A Map-Notify-Ack stops retransmission if it carries the nonce and authenticates.
   * - unknown: nothing waits for this nonce (a second Ack after a retransmission, or a forgery)
   */
  acknowledge(received: Received, ack: MapNotify): 'acknowledged' | 'unauthentic' | 'unknown' {
    const pending = this.#byNonce.get(ack.nonce);
    if (pending === undefined) return 'unknown';
    const sameAlgorithm = ack.authentication.algorithmId === pending.message.authentication.algorithmId;
    if (!sameAlgorithm || !verifyAuthentication(received.bytes, ack, pending.secret)) return 'unauthentic';
    this.#remove(pending);
    return 'acknowledged';
  }

  nextDeadline(): number | undefined {
    return this.#deadlines.next();
  }

  /** Retransmits what is due, at most `limit` messages. */
  expire(now: number, limit: number): Effect[] {
    return this.#deadlines.take(now, limit).flatMap((pending) => {
      if (pending.transmissions < NOTIFY_INTERVALS_MS.length) return this.#retransmit(pending, now);
      this.#remove(pending);
      this.#counters.add('mapNotifiesAbandoned');
      return [];
    });
  }

  #create(previous: RegisterSource, record: EidRecord): PendingNotify {
    const { keyId, algorithmId, key, identity, from, to } = previous;
    const message: MapNotify = {
      type: 'map-notify',
      nonce: this.#random.nonce(),
      authentication: { keyId, algorithmId, data: new Uint8Array() },
      records: [asTold(record)],
      identity,
    };
    const send: SendEffect = {
      type: 'send',
      message,
      key: key.secret,
      from: to,
      to: from,
      toPort: CONTROL_PORT,
    };
    const about = aboutKey(previous.etr, record.eid);
    return { about, eid: record.eid, message, secret: key.secret, send, transmissions: 0 };
  }

  #retransmit(pending: PendingNotify, now: number): Effect[] {
    this.#counters.add('mapNotifiesRetransmitted');
    return this.#transmitAndWait(pending, now);
  }

  #transmitAndWait(pending: PendingNotify, now: number): Effect[] {
    const effects = this.#transmit(pending);
    this.#deadlines.set(pending, now + (NOTIFY_INTERVALS_MS[pending.transmissions - 1] ?? 0));
    return effects;
  }

  #transmit(pending: PendingNotify): Effect[] {
    const { eid, send, message } = pending;
    const detail =
      pending.transmissions === 0 ? 'unsolicited' : `unsolicited, retransmission ${pending.transmissions}`;
    pending.transmissions += 1;
    this.#counters.add('mapNotifyRecordsOut', message.records.length);
    const rlocs = message.records.flatMap(({ locators }) => locators.map(({ rloc }) => rloc));
    return [
      send,
      {
        type: 'event',
        event: { name: 'map-notify-sent', eid, peer: send.to, rlocs, nonce: message.nonce, detail },
      },
    ];
  }

  #remove(pending: PendingNotify): void {
    this.#byNonce.delete(pending.message.nonce);
    this.#byAbout.delete(pending.about);
    this.#deadlines.delete(pending);
  }
}

/** Told by a Map-Server, to an ETR that none of the locators is local to. */
function asTold(record: EidRecord): EidRecord {
  const locators = sortedLocators(record.locators).map((locator) => ({ ...locator, local: false }));
  return { ...record, authoritative: false, locators };
}

function aboutKey(etr: string, eid: EidPrefix): string {
  return `${etr} ${formatEidPrefix(eid)}`;
}
