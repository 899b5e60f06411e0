// SPDX-License-Identifier: Apache-2.0
import type { ReadonlyEidTable } from '#addr/index.js';
import {
  CONTROL_PORT,
  type EidRecord,
  type EncapsulatedControl,
  type MapNotify,
  type MapRegister,
  type MapRequest,
} from '#wire/messages.js';
import type { MapServerConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { EventName } from '#control/contract/event.js';
import {
  EXPIRE_BATCH,
  type InputHandlers,
  type MessageHandlers,
  type Random,
  type Role,
  type Handler,
} from '#control/contract/machine.js';
import type { Received } from '#control/contract/inputs.js';
import { encapsulatedRequest } from './map-resolver-forward.js';
import { MapResolver } from './map-resolver.js';
import { UnsolicitedNotifies } from './map-server-notifies.js';
import { earlier, report } from '#control/kit/part.js';
import { Refusals } from '#control/kit/refusals.js';
import { RegistrationNonces } from './registration-nonces.js';
import { type RegistrationChange, reportChange } from './registration-change.js';
import { RegistrationTable } from './registration-table.js';
import { registerSource, type Registration, type RegisterSource } from './registration.js';
import { type Admission, type ConfiguredPrefix, SiteTable } from './site-table.js';

/**
 * The Map-Server and Map-Resolver of one node (RFC 9301 section 8). Effects are appended to `out`, in order.
 */
export class MapServer implements Role {
  readonly inputs: InputHandlers = {
    start: ({ nonces }) => {
      this.#nonces.restore(nonces);
    },
  };
  readonly messages: MessageHandlers = {
    'map-register': (received, register, now, out) => {
      this.mapRegister(received, register, now, out);
    },
    'map-notify-ack': (received, ack, now, out) => {
      this.mapNotifyAck(received, ack, now, out);
    },
  };
  readonly handlers: readonly Handler[] = [this];
  readonly #limits: MapServerConfig['limits'];
  readonly #counters: Counters;
  readonly #sites: SiteTable;
  readonly #registrations = new RegistrationTable();
  readonly #nonces: RegistrationNonces;
  readonly #notifies: UnsolicitedNotifies;
  readonly #resolver: MapResolver;
  readonly #refusals = new Refusals();

  constructor(config: MapServerConfig, counters: Counters, random: Random) {
    this.#limits = config.limits;
    this.#counters = counters;
    this.#sites = new SiteTable(config.sites);
    this.#nonces = new RegistrationNonces(config.sites);
    this.#notifies = new UnsolicitedNotifies(config.limits.pendingNotifies, counters, random);
    const tables = { configured: this.#sites.prefixes, registered: this.#registrations.table };
    this.#resolver = new MapResolver(config, tables, this.#refusals, counters);
  }

  /** The EID-prefixes of all sites as configured. */
  get sites(): ReadonlyEidTable<ConfiguredPrefix> {
    return this.#sites.prefixes;
  }

  /** The registrations by EID-prefix. */
  get registrations(): ReadonlyEidTable<Registration> {
    return this.#registrations.table;
  }

  /** Number of registrations by EID-prefix and ETR, which `limits.registrations` bounds. */
  get registrationCount(): number {
    return this.#registrations.count;
  }

  /** Number of EID-Prefixes whose unsolicited Map-Notify is not acknowledged. */
  get pendingNotifyCount(): number {
    return this.#notifies.count;
  }

  /** RFC 9301 sections 5.6 and 8.2. All records of the message take effect, or none. */
  mapRegister(received: Received, register: MapRegister, now: number, out: Effect[]): void {
    this.#counters.add('mapRegisterRecordsIn', register.records.length);
    const admission = this.#sites.admit(register, received.bytes);
    if (!admission.accepted) {
      this.#counters.add('mapRegistersRejected');
      if (admission.cause === 'authentication') this.#counters.add('authenticationFailures');
      const { eid, detail } = admission;
      const { nonce } = register;
      const { from: peer } = received;
      this.#refusals.report({ name: 'map-register-rejected', eid, peer, nonce, detail }, now, out);
      return;
    }
    const source = registerSource(received, register, admission.key);
    // A forged source address would have nonces of its own, so none are stored for it: see withdraws.
    const verdict = source.byAddress ? 'fresh' : this.#nonces.judge(admission.site, source, register, now);
    switch (verdict) {
      case 'replayed':
        this.#counters.add('mapRegistersReplayed');
        this.#refuse('map-register-rejected', received, register, 'nonce has not grown: a replay?', now, out);
        break;
      case 'repeated':
        for (const { eid } of register.records) this.#registrations.refresh(source, eid, now);
        this.#acknowledge(received, register, source, out);
        break;
      case 'fresh':
        this.#accept(received, register, source, admission, now, out);
    }
  }

  mapNotifyAck(received: Received, ack: MapNotify, now: number, out: Effect[]): void {
    const outcome = this.#notifies.acknowledge(received, ack);
    switch (outcome) {
      case 'acknowledged':
        this.#counters.add('mapNotifyAcksIn');
        out.push(report({ name: 'map-notify-ack-received', ...about(ack), peer: received.from }));
        break;
      case 'unauthentic': {
        this.#counters.add('authenticationFailures');
        const detail = 'Map-Notify-Ack: authentication data is wrong';
        this.#refuse('message-rejected', received, ack, detail, now, out);
        break;
      }
      case 'unknown':
        this.#counters.add('unexpectedMessages');
    }
  }

  encapsulatedMapRequest(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    now: number,
    out: Effect[],
  ): void {
    this.#counters.add('encapsulatedMapRequestsIn');
    this.#resolver.resolve({ received, ecm, request, encapsulated: true }, now, out);
  }

  /** A Map-Request without encapsulation. RLOC-probes (9301-5.2-04) and SMRs are dropped. */
  mapRequest(received: Received, request: MapRequest, now: number, out: Effect[]): void {
    this.#counters.add(request.probe ? 'probeMapRequestsIn' : request.smr ? 'smrIn' : 'mapRequestsIn');
    const ecm = encapsulatedRequest(received, request);
    this.#resolver.resolve({ received, ecm, request, encapsulated: false }, now, out);
  }

  nextDeadline(): number | undefined {
    return earlier(this.#registrations.nextDeadline(), this.#notifies.nextDeadline());
  }

  /** Handles due entries, at most EXPIRE_BATCH a call. */
  expire(now: number, out: Effect[]): void {
    const changes: RegistrationChange[] = [];
    const handled = this.#registrations.expire(now, EXPIRE_BATCH, changes);
    for (const change of changes) reportChange(change, out);
    this.#notifies.expire(now, EXPIRE_BATCH - handled, out);
  }

  flush(_now: number, out: Effect[]): void {
    this.#nonces.flush(out);
  }

  #accept(
    received: Received,
    register: MapRegister,
    source: RegisterSource,
    { site, prefixes }: Admission,
    now: number,
    out: Effect[],
  ): void {
    if (!this.#hasRoom(register, source)) {
      this.#counters.add('registrationsFull');
      this.#refuse('table-full', received, register, 'no room for more registrations', now, out);
      return;
    }
    const shared = source.byAddress ? source : this.#nonces.accept(site, source, register, now);
    const changes: RegistrationChange[] = [];
    register.records.forEach((record, i) => {
      const configured = prefixes[i];
      if (configured !== undefined) this.#apply(record, register.useTtl, shared, configured, now, changes);
    });
    for (const change of changes) reportChange(change, out);
    this.#acknowledge(received, register, source, out);
    this.#notifies.notify(changes, now, out);
  }

  #hasRoom(register: MapRegister, source: RegisterSource): boolean {
    const growth = register.records
      .filter(({ ttl_min }) => ttl_min !== 0)
      .reduce((sum, record) => sum + this.#registrations.growth(source, record), 0);
    return growth === 0 || this.#registrations.count + growth <= this.#limits.registrations;
  }

  #apply(
    record: EidRecord,
    useTtl: boolean,
    source: RegisterSource,
    configured: ConfiguredPrefix,
    now: number,
    changes: RegistrationChange[],
  ): void {
    if (record.ttl_min === 0) {
      this.#registrations.withdraw(source, record.eid, changes);
      return;
    }
    this.#registrations.register(source, record, configured, useTtl, now, changes);
    this.#notifies.forget(source.etr, record.eid);
  }

  /**
   * The Map-Notify for the M bit: the fields of the Map-Register, signed with the same key. RFC 9301 section
   * 5 says that it goes to the source port of the Map-Register; sections 5.7 and 8.2 say port 4342, and so do
   * routers.
   */
  #acknowledge(received: Received, register: MapRegister, source: RegisterSource, out: Effect[]): void {
    if (!register.wantMapNotify) return;
    const { nonce, records, identity } = register;
    const { keyId, algorithmId, key } = source;
    const authentication = { keyId, algorithmId, data: new Uint8Array() };
    const message: MapNotify = { type: 'map-notify', nonce, authentication, records, identity };
    this.#counters.add('mapNotifyRecordsOut', records.length);
    const { eid } = about(register);
    const detail = `acknowledgement, ${records.length} ${records.length === 1 ? 'record' : 'records'}`;
    const { from: to, to: from } = received;
    out.push(
      { type: 'send', message, key: key.secret, from, to, toPort: CONTROL_PORT },
      report({ name: 'map-notify-sent', eid, peer: to, nonce, detail }),
    );
  }

  #refuse(
    name: EventName,
    received: Received,
    message: MapRegister | MapNotify,
    detail: string,
    now: number,
    out: Effect[],
  ): void {
    this.#refusals.report({ name, ...about(message), peer: received.from, detail }, now, out);
  }
}

/** Event fields of a message: its first EID-prefix and its nonce. */
function about({ records, nonce }: MapRegister | MapNotify) {
  return { eid: records[0]?.eid, nonce };
}
