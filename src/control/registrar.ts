// SPDX-License-Identifier: Apache-2.0
import { type Address, type EidPrefix, EidTable } from '../addr/index.js';
import { CONTROL_PORT, type EidRecord, type XtrIdentity } from '../wire/index.js';
import type { MapServerPeer } from './config.js';
import type { Counters } from './counters.js';
import { DeadlineQueue } from './deadlines.js';
import type { Effect } from './effect.js';
import type { LocalRlocs } from './local-rlocs.js';
import { EXPIRE_BATCH, type Random } from './machine.js';
import { earlier, type Part, report } from './part.js';
import {
  mapRegister,
  MESSAGE_BYTES,
  registerBatches,
  registeredRecord,
  withdrawnRecord,
} from './register-message.js';

/** Suggested time between Map-Registers (RFC 9301 section 8.2). */
export const REGISTER_INTERVAL_ms = 60_000;
/** Up to this part of the interval is taken off at random, so that many EIDs spread over it. */
export const REGISTER_JITTER = 0.1;
/** What is due so soon goes with what is due now, so that EIDs learnt one by one come to share messages. */
export const REGISTER_GATHER_ms = 5_000;
/** First retransmission of a Map-Register; the time doubles with each (RFC 9301 section 5.7). */
export const REGISTER_RETRANSMIT_ms = 1_000;
/** RFC 9301 section 5.7: "the maximum backoff is 1 minute". */
export const REGISTER_BACKOFF_MAX_ms = 60_000;
/** A withdrawal is given up after so many retransmissions, about a minute; then the registration times out. */
export const WITHDRAW_RETRANSMISSIONS = 5;
/** A Map-Server forgets a registration after this time without a Map-Register (RFC 9301 section 8.2). */
export const REGISTRATION_TIMEOUT_ms = 180_000;
/**
 * Without a Map-Notify after so many transmissions a Map-Register is sent in halves: a Map-Server may refuse a message
 * as a whole because of one EID-Prefix in it, which must not keep the others out.
 */
export const REGISTER_SPLIT_AFTER = 3;
/** Nonces of one Map-Register and its retransmissions that a late Map-Notify may still carry. */
const NONCES_PER_GROUP = 8;

/** How one Map-Server stands to one EID-Prefix. */
export interface ServerRegistration {
  readonly address: Address;
  readonly acknowledged: boolean;
  /** When the first Map-Notify came, CLOCK_MONOTONIC milliseconds. */
  readonly registeredSince_ms: number | undefined;
}

interface ServerState extends ServerRegistration {
  acknowledged: boolean;
  registeredSince_ms: number | undefined;
  acknowledgedAt_ms: number | undefined;
  /** The Map-Register that has no Map-Notify yet. */
  group: Group | undefined;
}

interface Registration {
  readonly eid: EidPrefix;
  withdrawing: boolean;
  readonly servers: readonly ServerState[];
}

/** One Map-Register on its way to one Map-Server, with its retransmissions. */
interface Group {
  readonly server: number;
  readonly withdraw: boolean;
  readonly members: Set<Registration>;
  readonly nonces: bigint[];
  attempts: number;
}

export interface RegistrarContext {
  readonly mapServers: readonly MapServerPeer[];
  readonly identity: XtrIdentity;
  readonly recordTtl_min: number;
  readonly firstRegisterNonce: bigint;
  readonly local: LocalRlocs;
  readonly counters: Counters;
  readonly random: Random;
}

/**
 * Registers EID-Prefixes with every Map-Server, and withdraws them. `register` and `withdraw` take note; `flush` sends,
 * so that what comes together shares messages.
 */
export class Registrar implements Part {
  readonly #registrations = new EidTable<Registration>();
  readonly #due = new DeadlineQueue<Registration>();
  readonly #retransmissions = new DeadlineQueue<Group>();
  readonly #byNonce = new Map<bigint, Group>();
  readonly #context: RegistrarContext;
  readonly #messageBytes: number;
  #nextNonce: bigint;

  constructor(context: RegistrarContext) {
    this.#context = context;
    this.#nextNonce = context.firstRegisterNonce;
    const anyIpv4 = context.mapServers.some((server) => server.address.family === 4);
    this.#messageBytes = MESSAGE_BYTES[anyIpv4 ? 4 : 6];
  }

  /** The state at each Map-Server is kept up to date in what is returned. */
  register(eid: EidPrefix, now: number): readonly ServerRegistration[] {
    const registration = this.#fresh(eid, false);
    this.#schedule(registration, now);
    return registration.servers;
  }

  /** Also stops what is still being sent to register it: it would undo this. */
  withdraw(eid: EidPrefix, now: number): void {
    this.#schedule(this.#fresh(eid, true), now);
  }

  /** Whether this Map-Server has yet to acknowledge the Map-Register that we last sent for `eid`. */
  isUnacknowledged(eid: EidPrefix, server: MapServerPeer): boolean {
    const index = this.#context.mapServers.indexOf(server);
    const registration = this.#registrations.get(eid);
    return registration?.withdrawing === false && registration.servers[index]?.acknowledged === false;
  }

  /** Whether a Map-Register went out with this nonce since the start. */
  hasSent(nonce: bigint): boolean {
    return nonce >= this.#context.firstRegisterNonce && nonce < this.#nextNonce;
  }

  /**
   * A Map-Notify whose authentication is good. True: it acknowledges at least one record of a Map-Register of ours.
   */
  acknowledge(server: MapServerPeer, nonce: bigint, records: readonly EidRecord[], now: number): boolean {
    const group = this.#byNonce.get(nonce);
    if (group === undefined || this.#context.mapServers[group.server] !== server) return false;
    let matched = false;
    for (const { eid } of records) {
      const registration = this.#registrations.get(eid);
      if (registration === undefined || !group.members.has(registration)) continue;
      matched = true;
      this.#acknowledged(registration, group, now);
    }
    if (group.members.size === 0) this.#close(group);
    return matched;
  }

  /** Sends what is due. */
  flush(now: number, out: Effect[]): void {
    this.#sendDue(now, EXPIRE_BATCH, out);
  }

  nextDeadline(): number | undefined {
    return earlier(this.#due.next(), this.#retransmissions.next());
  }

  expire(now: number, limit: number, out: Effect[]): void {
    this.#sendDue(now, limit, out);
    for (const group of this.#retransmissions.take(now, limit)) this.#retransmit(group, now, out);
  }

  #fresh(eid: EidPrefix, withdrawing: boolean): Registration {
    const before = this.#registrations.get(eid);
    if (before !== undefined) this.#forget(before);
    const servers = this.#context.mapServers.map(({ address }) => ({
      address,
      acknowledged: false,
      registeredSince_ms: undefined,
      acknowledgedAt_ms: undefined,
      group: undefined,
    }));
    const registration = { eid, withdrawing, servers };
    this.#registrations.set(eid, registration);
    return registration;
  }

  #schedule(registration: Registration, now: number): void {
    if (this.#context.mapServers.length > 0) this.#due.set(registration, now);
    else if (registration.withdrawing) this.#forget(registration);
  }

  #forget(registration: Registration): void {
    this.#registrations.delete(registration.eid);
    this.#due.delete(registration);
    for (const state of registration.servers) {
      const { group } = state;
      state.group = undefined;
      group?.members.delete(registration);
      if (group?.members.size === 0) this.#close(group);
    }
  }

  #sendDue(now: number, limit: number, out: Effect[]): void {
    const due = this.#due.take(now, limit);
    if (due.length === 0) return;
    due.push(...this.#due.take(now + REGISTER_GATHER_ms, limit - due.length));
    for (const withdraw of [true, false]) {
      const registrations = due.filter((registration) => registration.withdrawing === withdraw);
      const locators = withdraw ? [] : this.#context.local.records;
      for (const batch of registerBatches(registrations, locators, this.#messageBytes))
        this.#sendBatch(batch, withdraw, now, out);
    }
  }

  #sendBatch(batch: readonly Registration[], withdraw: boolean, now: number, out: Effect[]): void {
    this.#context.mapServers.forEach((_, server) => {
      // One that is still being retransmitted needs no refresh: its backoff is never longer than the interval.
      const members = batch.filter((registration) => registration.servers[server]?.group === undefined);
      if (members.length === 0) return;
      const group: Group = { server, withdraw, members: new Set(members), nonces: [], attempts: 0 };
      for (const registration of members) setGroup(registration, server, group);
      this.#send(group, now, out);
    });
    const next = now + REGISTER_INTERVAL_ms * (1 - REGISTER_JITTER * this.#context.random.fraction());
    for (const registration of batch) if (!withdraw) this.#due.set(registration, next);
  }

  /** RFC 9301 section 5.6: the nonce grows with each message sent, or the Map-Server takes it for a replay. */
  #send(group: Group, now: number, out: Effect[]): void {
    const { mapServers, identity, recordTtl_min, local, counters } = this.#context;
    const server = mapServers[group.server];
    if (server === undefined) return;
    const nonce = this.#nextNonce++;
    this.#remember(group, nonce);
    group.attempts += 1;
    const records = [...group.members].map(({ eid }) =>
      group.withdraw ? withdrawnRecord(eid) : registeredRecord(eid, recordTtl_min, local.records),
    );
    this.#retransmissions.set(group, now + backoff_ms(group.attempts));
    out.push({
      type: 'send',
      message: mapRegister(server, identity, nonce, records),
      key: server.key.secret,
      from: local.first(server.address.family),
      to: server.address,
      toPort: CONTROL_PORT,
    });
    counters.add('mapRegisterRecordsOut', records.length);
    if (group.attempts > 1) counters.add('mapRegistersRetransmitted');
    out.push(reportSent(group, server.address, nonce));
  }

  #remember(group: Group, nonce: bigint): void {
    group.nonces.push(nonce);
    this.#byNonce.set(nonce, group);
    if (group.nonces.length <= NONCES_PER_GROUP) return;
    const oldest = group.nonces.shift();
    if (oldest !== undefined) this.#byNonce.delete(oldest);
  }

  #retransmit(group: Group, now: number, out: Effect[]): void {
    if (group.withdraw && group.attempts > WITHDRAW_RETRANSMISSIONS) {
      for (const registration of [...group.members]) this.#leave(registration, group);
      this.#close(group);
      return;
    }
    for (const registration of group.members) lapse(registration.servers[group.server], now);
    if (group.members.size > 1 && group.attempts >= REGISTER_SPLIT_AFTER) this.#sendHalves(group, now, out);
    else this.#send(group, now, out);
  }

  #sendHalves(group: Group, now: number, out: Effect[]): void {
    this.#close(group);
    const members = [...group.members];
    const middle = Math.ceil(members.length / 2);
    for (const half of [members.slice(0, middle), members.slice(middle)]) {
      const part: Group = { ...group, members: new Set(half), nonces: [] };
      for (const registration of half) setGroup(registration, group.server, part);
      this.#send(part, now, out);
    }
  }

  #acknowledged(registration: Registration, group: Group, now: number): void {
    const state = registration.servers[group.server];
    if (state !== undefined && !group.withdraw) {
      state.acknowledged = true;
      state.acknowledgedAt_ms = now;
      state.registeredSince_ms ??= now;
    }
    this.#leave(registration, group);
  }

  #leave(registration: Registration, group: Group): void {
    group.members.delete(registration);
    setGroup(registration, group.server, undefined);
    const waits = registration.servers.some((state) => state.group !== undefined);
    if (registration.withdrawing && !waits) this.#forget(registration);
  }

  #close(group: Group): void {
    this.#retransmissions.delete(group);
    for (const nonce of group.nonces) this.#byNonce.delete(nonce);
  }
}

function setGroup(registration: Registration, server: number, group: Group | undefined): void {
  const state = registration.servers[server];
  if (state !== undefined) state.group = group;
}

/** After the Map-Server's timeout without a Map-Notify, the registration is as good as gone. */
function lapse(state: ServerState | undefined, now: number): void {
  if (state?.acknowledgedAt_ms === undefined || now - state.acknowledgedAt_ms < REGISTRATION_TIMEOUT_ms)
    return;
  Object.assign(state, { acknowledged: false, registeredSince_ms: undefined, acknowledgedAt_ms: undefined });
}

function backoff_ms(attempts: number): number {
  return Math.min(REGISTER_RETRANSMIT_ms * 2 ** (attempts - 1), REGISTER_BACKOFF_MAX_ms);
}

function reportSent(group: Group, peer: Address, nonce: bigint): Effect {
  const [first, ...others] = group.members;
  const attempt = group.attempts > 1 ? `, attempt ${group.attempts}` : '';
  const detail = `${others.length + 1} record${others.length > 0 ? 's' : ''}${attempt}`;
  const about = {
    peer,
    nonce,
    detail,
    ...(first !== undefined && others.length === 0 && { eid: first.eid }),
  };
  return report(group.withdraw ? 'withdraw-sent' : 'map-register-sent', about);
}
