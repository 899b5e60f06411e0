// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable } from '#addr/index.js';
import type { EidRecord } from '#wire/index.js';
import type { MapServerPeer } from '#control/contract/config.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import { EXPIRE_BATCH, type Random } from '#control/contract/machine.js';
import type { EidSighting } from '#control/contract/inputs.js';
import { earlier, type Part } from '#control/kit/part.js';
import { MESSAGE_BYTES, recordBatches, recordBytes } from '#control/kit/message-size.js';
import { RegisterSender, type RegisterSenderContext } from './register-sender.js';
import {
  acknowledge,
  freshState,
  type Group,
  type Registration,
  type ServerRegistration,
  type ServerState,
  setGroup,
} from './registrar-state.js';

/** Suggested time between Map-Registers (RFC 9301 section 8.2). */
export const REGISTER_INTERVAL_ms = 60_000;
/** Maximum part of the interval that is subtracted at random, so that many EIDs spread over it. */
export const REGISTER_JITTER = 0.1;
/**
 * Registrations due within this time are sent with those due now, so that EIDs learnt one by one end up
 * sharing messages.
 */
export const REGISTER_BATCH_WINDOW_ms = 5_000;

export interface RegistrarContext extends RegisterSenderContext {
  readonly random: Random;
}

/**
 * Registers EID-Prefixes with every Map-Server and withdraws them. `register` and `withdraw` only schedule;
 * `flush` sends, so that EIDs of one turn share messages.
 */
export class Registrar implements Part {
  readonly #registrations = new EidTable<Registration>();
  readonly #due = new DeadlineQueue<Registration>();
  readonly #sender: RegisterSender;
  readonly #context: RegistrarContext;
  readonly #messageBytes: number;

  constructor(context: RegistrarContext) {
    this.#context = context;
    this.#sender = new RegisterSender(
      context,
      (group) => {
        for (const registration of [...group.members]) this.#leave(registration, group);
      },
      (registration, group, out) => {
        this.#detach(registration, group);
        probe(registration, out);
      },
    );
    const anyIpv4 = context.mapServers.some((server) => server.address.family === 4);
    this.#messageBytes = MESSAGE_BYTES[anyIpv4 ? 4 : 6];
  }

  /**
   * Schedules a registration. The returned states are kept up to date.
   * @param host the host of a dynamic EID: probed before a lapsed registration is sent again
   */
  register(eid: EidPrefix, now: number, host?: EidSighting): readonly ServerRegistration[] {
    return this.#note(eid, false, host, now).servers;
  }

  /** The host was seen: lapsed registrations are sent again. */
  confirm(eid: EidPrefix, now: number): void {
    const registration = this.#registrations.get(eid);
    const lapsed = registration?.servers.filter((state) => state.lapsed) ?? [];
    if (registration === undefined || lapsed.length === 0) return;
    for (const state of lapsed) Object.assign(state, { lapsed: false, validAt_ms: now });
    this.#due.set(registration, now);
  }

  /** The states of an EID that is not to be registered yet. */
  unregistered(now: number): readonly ServerRegistration[] {
    return this.#freshStates(now);
  }

  /**
   * Schedules a withdrawal and stops pending Map-Registers for the EID, which would undo it.
   * @param delay_ms maximum delay, for a withdrawal that is not urgent
   */
  withdraw(eid: EidPrefix, now: number, delay_ms = 0): void {
    this.#note(eid, true, undefined, now, delay_ms);
  }

  /** Whether this Map-Server has not yet acknowledged our last Map-Register for `eid`. */
  isUnacknowledged(eid: EidPrefix, server: MapServerPeer): boolean {
    const registration = this.#registrations.get(eid);
    const state = registration?.servers[this.#context.mapServers.indexOf(server)];
    return registration?.withdrawing === false && state?.acknowledged === false;
  }

  /** The Map-Server that has not acknowledged all records sent with this nonce. */
  serverOf(nonce: bigint): MapServerPeer | undefined {
    const server = this.#sender.serverOf(nonce);
    return server === undefined ? undefined : this.#context.mapServers[server];
  }

  /** Whether a Map-Register was sent with this nonce since the start. */
  hasSent(nonce: bigint): boolean {
    return this.#sender.hasSent(nonce);
  }

  /**
   * Handles an authenticated Map-Notify. Returns whether it acknowledges at least one record of a pending
   * Map-Register.
   */
  acknowledge(server: MapServerPeer, nonce: bigint, records: readonly EidRecord[], now: number): boolean {
    const group = this.#sender.find(this.#context.mapServers.indexOf(server), nonce);
    if (group === undefined) return false;
    let matched = false;
    for (const { eid } of records) {
      const registration = this.#registrations.get(eid);
      if (registration === undefined || !group.members.has(registration)) continue;
      matched = true;
      if (!group.withdraw) acknowledge(registration.servers[group.server], now);
      this.#leave(registration, group);
    }
    return matched;
  }

  /** Sends the due registrations. */
  flush(now: number, out: Effect[]): void {
    this.#sendDue(now, EXPIRE_BATCH, out);
  }

  nextDeadline(): number | undefined {
    return earlier(this.#due.next(), this.#sender.nextDeadline());
  }

  expire(now: number, limit: number, out: Effect[]): void {
    this.#sendDue(now, limit, out);
    this.#sender.expire(now, limit, out);
  }

  /** Replaces the registration of `eid` and stops the retransmissions of the previous one. */
  #note(
    eid: EidPrefix,
    withdrawing: boolean,
    host: EidSighting | undefined,
    now: number,
    delay_ms = 0,
  ): Registration {
    const before = this.#registrations.get(eid);
    if (before !== undefined) this.#forget(before);
    const servers = this.#freshStates(now);
    const registration = { eid, withdrawing, host, servers };
    if (servers.length === 0) return registration;
    this.#registrations.set(eid, registration);
    this.#due.set(registration, now + delay_ms);
    return registration;
  }

  #freshStates(now: number): ServerState[] {
    return this.#context.mapServers.map(({ address }) => freshState(address, now));
  }

  #forget(registration: Registration): void {
    this.#registrations.delete(registration.eid);
    this.#due.delete(registration);
    for (const { group } of registration.servers) if (group !== undefined) this.#detach(registration, group);
  }

  #sendDue(now: number, limit: number, out: Effect[]): void {
    const due = this.#due.take(now, limit);
    if (due.length === 0) return;
    due.push(...this.#due.take(now + REGISTER_BATCH_WINDOW_ms, limit - due.length));
    for (const withdraw of [true, false]) {
      const registrations = due.filter((registration) => registration.withdrawing === withdraw);
      const locators = withdraw ? [] : this.#context.local.records;
      const bytesOf = ({ eid }: Registration): number => recordBytes(eid, locators);
      for (const batch of recordBatches(registrations, bytesOf, this.#messageBytes))
        this.#sendBatch(batch, withdraw, now, out);
    }
  }

  #sendBatch(batch: readonly Registration[], withdraw: boolean, now: number, out: Effect[]): void {
    this.#context.mapServers.forEach((_, server) => {
      // A pending registration needs no refresh: its backoff is never longer than the interval.
      const members = batch.filter(({ servers }) => isFree(servers[server]));
      if (members.length > 0) this.#sender.start(server, members, withdraw, now, out);
    });
    if (withdraw) return;
    const next = now + REGISTER_INTERVAL_ms * (1 - REGISTER_JITTER * this.#context.random.fraction());
    for (const registration of batch) {
      if (registration.servers.some(({ lapsed }) => lapsed)) probe(registration, out);
      this.#due.set(registration, next);
    }
  }

  /** One Map-Server acknowledged or was given up. A withdrawal ends with the last Map-Server. */
  #leave(registration: Registration, group: Group): void {
    this.#detach(registration, group);
    const waits = registration.servers.some((state) => state.group !== undefined);
    if (registration.withdrawing && !waits) this.#registrations.delete(registration.eid);
  }

  #detach(registration: Registration, group: Group): void {
    group.members.delete(registration);
    setGroup(registration, group.server, undefined);
    if (group.members.size === 0) this.#sender.close(group);
  }
}

function isFree(state: ServerState | undefined): boolean {
  return state?.group === undefined && state?.lapsed !== true;
}

/** The answer is a sighting, which leads to `confirm`. */
function probe({ host }: Registration, out: Effect[]): void {
  if (host !== undefined) out.push({ type: 'probe-host', eid: host.eid, ifindex: host.ifindex });
}
