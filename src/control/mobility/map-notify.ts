// SPDX-License-Identifier: Apache-2.0
import { sameAddress } from '#addr/index.js';
import {
  ALGORITHM_ID,
  CONTROL_PORT,
  type EidRecord,
  type MapNotify,
  verifyAuthentication,
} from '#wire/index.js';
import type { AwayTable } from './away.js';
import type { MapServerPeer, XtrConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { DynamicEids } from './dynamic-eid.js';
import type { Effect } from '#control/contract/effect.js';
import type { EventName } from '#control/contract/event.js';
import type { MessageHandlers, Handler } from '#control/contract/machine.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import { forwardingLocators } from '#control/locators/locator-set.js';
import type { Received } from '#control/contract/inputs.js';
import { lifetime_ms } from '#control/locators/mapping.js';
import { report } from '#control/kit/part.js';
import { RecentKeys } from '#control/kit/recent-keys.js';
import { type Refusal, Refusals } from '#control/kit/refusals.js';
import type { Registrar } from '#control/etr/registrar.js';

/**
 * A Map-Notify about a move may cross the Map-Register of a host that came back, and is then outdated. During
 * this time after learning the host, while its Map-Register is not acknowledged, such a record is ignored and
 * its Map-Notify is not acknowledged. If the record is still valid, the Map-Server repeats it after this time
 * (RFC 9301 section 5.7).
 */
export const CROSSED_NOTIFY_ms = 3_000;

/** Number of unsolicited Map-Notifies stored for each Map-Server, to recognize repetitions. */
export const REMEMBERED_NOTIFIES = 1_024;

export interface MapNotifyContext {
  readonly config: XtrConfig;
  readonly local: LocalRlocs;
  readonly registrar: Registrar;
  readonly dynamicEids: DynamicEids;
  readonly away: AwayTable;
  readonly counters: Counters;
}

/**
 * Handles Map-Notifies: acknowledgements of our Map-Registers, and announcements that a host of ours moved.
 */
export class MapNotifyReceiver implements Handler {
  readonly messages: MessageHandlers = {
    'map-notify': (received, notify, now, out) => {
      this.#notify(received, notify, now, out);
    },
  };
  readonly #refusals = new Refusals();
  readonly #seen: ReadonlyMap<MapServerPeer, RecentKeys>;
  readonly #context: MapNotifyContext;

  constructor(context: MapNotifyContext) {
    this.#context = context;
    this.#seen = new Map(
      context.config.mapServers.map((server) => [server, new RecentKeys(REMEMBERED_NOTIFIES)]),
    );
  }

  #notify(received: Received, notify: MapNotify, now: number, out: Effect[]): void {
    const { counters, registrar } = this.#context;
    const server = this.#authenticate(received, notify);
    if (server === undefined) {
      counters.add('authenticationFailures');
      this.#reject(received, notify, 'authentication failed', now, out);
      return;
    }
    counters.add('mapNotifyRecordsIn', notify.records.length);
    if (registrar.acknowledge(server, notify.nonce, notify.records, now)) {
      out.push(this.#received(received, notify, 'acknowledges a Map-Register'));
    } else if (
      registrar.hasSent(notify.nonce) &&
      !notify.records.some((record) => this.#isElsewhere(record))
    ) {
      out.push(this.#received(received, notify, 'acknowledges a Map-Register again'));
    } else this.#unsolicited(received, notify, server, now, out);
  }

  #unsolicited(
    received: Received,
    notify: MapNotify,
    server: MapServerPeer,
    now: number,
    out: Effect[],
  ): void {
    const { identity } = this.#context.config;
    if (
      notify.identity !== undefined &&
      notify.identity.xtrId !== 0n &&
      notify.identity.xtrId !== identity.xtrId
    ) {
      this.#context.counters.add('unexpectedMessages');
      this.#reject(received, notify, 'meant for another xTR-ID', now, out);
      return;
    }
    const seen = this.#seen.get(server);
    if (seen?.has(identityOf(notify)) === true) {
      // The host may have come back since. Only a new Map-Notify may make it away again.
      out.push(this.#received(received, notify, 'repeated'));
      this.#acknowledge(received, notify, server, out);
      return;
    }
    const valid = notify.records.filter((record) => !this.#crossesRegister(record, server, now));
    const crosses = valid.length < notify.records.length;
    if (!crosses) seen?.add(identityOf(notify));
    out.push(this.#received(received, notify, crosses ? 'older than our Map-Register' : 'unsolicited'));
    for (const record of valid) this.#apply(record, now, out);
    if (!crosses) this.#acknowledge(received, notify, server, out);
  }

  /** Ignores records about other EIDs and records without new locators. */
  #apply(record: EidRecord, now: number, out: Effect[]): void {
    const { dynamicEids, away, local } = this.#context;
    const lifetime = lifetime_ms(record);
    if (lifetime === 0 || !this.#isElsewhere(record)) return;
    const locators = forwardingLocators(record.locators, local);
    if (dynamicEids.table.get(record.eid) !== undefined)
      dynamicEids.moved(record.eid, locators, lifetime, now, out);
    else if (away.table.get(record.eid) !== undefined) away.set(record.eid, locators, lifetime, now, out);
  }

  #isElsewhere(record: EidRecord): boolean {
    return record.locators.length > 0 && !record.locators.some(({ rloc }) => this.#context.local.has(rloc));
  }

  #crossesRegister(record: EidRecord, server: MapServerPeer, now: number): boolean {
    const learnt = this.#context.dynamicEids.table.get(record.eid);
    return (
      learnt !== undefined &&
      this.#isElsewhere(record) &&
      now - learnt.createdAt_ms < CROSSED_NOTIFY_ms &&
      this.#context.registrar.isUnacknowledged(record.eid, server)
    );
  }

  /**
   * The Map-Server whose key signed the message. Several Map-Servers may share a key. The one that the nonce
   * was sent to is tried first, then the one with the source address; a Map-Server may answer from another of
   * its addresses.
   */
  #authenticate(received: Received, notify: MapNotify): MapServerPeer | undefined {
    const { config, registrar } = this.#context;
    const asked = registrar.serverOf(notify.nonce);
    const rank = (server: MapServerPeer): number =>
      server === asked ? 0 : sameAddress(server.address, received.from) ? 1 : 2;
    return [...config.mapServers]
      .sort((a, b) => rank(a) - rank(b))
      .find(
        ({ key }) =>
          notify.authentication.algorithmId === ALGORITHM_ID[key.algorithm] &&
          verifyAuthentication(received.bytes, notify, key.secret),
      );
  }

  /** RFC 9301 section 5.7: contents copied, authentication recomputed, both ports 4342. */
  #acknowledge(received: Received, notify: MapNotify, server: MapServerPeer, out: Effect[]): void {
    const authentication = { ...notify.authentication, data: new Uint8Array() };
    out.push({
      type: 'send',
      message: { ...notify, type: 'map-notify-ack', authentication },
      key: server.key.secret,
      from: received.to,
      to: received.from,
      toPort: CONTROL_PORT,
    });
    this.#context.counters.add('mapNotifyAcksOut');
  }

  #received(received: Received, notify: MapNotify, detail: string): Effect {
    return report(about('map-notify-received', received, notify, detail));
  }

  #reject(received: Received, notify: MapNotify, detail: string, now: number, out: Effect[]): void {
    this.#refusals.report(about('message-rejected', received, notify, `Map-Notify: ${detail}`), now, out);
  }
}

/** A key for the message. The authentication data covers all its signed content. */
function identityOf({ nonce, authentication }: MapNotify): string {
  return `${nonce} ${Buffer.from(authentication.data).toString('hex')}`;
}

/** Includes the EID-prefix and RLOCs if there is exactly one record. */
function about(name: EventName, received: Received, { nonce, records }: MapNotify, detail: string): Refusal {
  const single = records.length === 1 ? records[0] : undefined;
  const rlocs = single?.locators.map(({ rloc }) => rloc);
  return { name, eid: single?.eid, peer: received.from, rlocs, nonce, detail };
}
