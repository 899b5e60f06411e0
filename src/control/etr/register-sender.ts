// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';
import { CONTROL_PORT, type XtrIdentity } from '#wire/index.js';
import type { MapServerPeer } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect } from '#control/contract/effect.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import { report } from '#control/kit/part.js';
import { mapRegister, registeredRecord, withdrawnRecord } from './register-message.js';
import { type Group, lapse, type Registration, setGroup } from './registrar-state.js';

/** Time to the first retransmission of a Map-Register; it doubles with each (RFC 9301 section 5.7). */
export const REGISTER_RETRANSMIT_ms = 1_000;
/** RFC 9301 section 5.7: "the maximum backoff is 1 minute". */
export const REGISTER_BACKOFF_MAX_ms = 60_000;
/**
 * Retransmissions of a withdrawal, over about a minute. Without an acknowledgement the registration then
 * times out.
 */
export const WITHDRAW_RETRANSMISSIONS = 5;
/**
 * After this many transmissions without a Map-Notify, a Map-Register is split in halves. A Map-Server may
 * refuse a whole message because of one EID-Prefix, and the others have to be registered.
 */
export const REGISTER_SPLIT_AFTER = 3;
/** Nonces stored for one Map-Register and its retransmissions: a late Map-Notify may carry an earlier one. */
const NONCES_PER_GROUP = 8;

export interface RegisterSenderContext {
  readonly mapServers: readonly MapServerPeer[];
  readonly identity: XtrIdentity;
  readonly recordTtl_min: number;
  readonly firstRegisterNonce: bigint;
  readonly local: LocalRlocs;
  readonly counters: Counters;
}

/** Sends Map-Registers and retransmits them until their Map-Notify arrives (RFC 9301 section 5.7). */
export class RegisterSender {
  readonly #retransmissions = new DeadlineQueue<Group>();
  readonly #byNonce = new Map<bigint, Group>();
  readonly #context: RegisterSenderContext;
  readonly #onAbandoned: (group: Group) => void;
  readonly #onLapsed: (registration: Registration, group: Group, out: Effect[]) => void;
  #nextNonce: bigint;

  /**
   * @param onAbandoned called for a withdrawal that was not acknowledged
   * @param onLapsed called for a dynamic EID whose registration lapsed: its host has to answer before the
   * next Map-Register
   */
  constructor(
    context: RegisterSenderContext,
    onAbandoned: (group: Group) => void,
    onLapsed: (registration: Registration, group: Group, out: Effect[]) => void,
  ) {
    this.#context = context;
    this.#onAbandoned = onAbandoned;
    this.#onLapsed = onLapsed;
    this.#nextNonce = context.firstRegisterNonce;
  }

  /** The Map-Register to this Map-Server with this nonce, if some of its records are not acknowledged. */
  find(server: number, nonce: bigint): Group | undefined {
    const group = this.#byNonce.get(nonce);
    return group?.server === server ? group : undefined;
  }

  /** The Map-Server that has not acknowledged all records sent with this nonce. */
  serverOf(nonce: bigint): number | undefined {
    return this.#byNonce.get(nonce)?.server;
  }

  /** Whether a Map-Register was sent with this nonce since the start. */
  hasSent(nonce: bigint): boolean {
    return nonce >= this.#context.firstRegisterNonce && nonce < this.#nextNonce;
  }

  start(
    server: number,
    members: readonly Registration[],
    withdraw: boolean,
    now: number,
    out: Effect[],
  ): void {
    this.#begin({ server, withdraw, members: new Set(members), nonces: [], attempts: 0 }, now, out);
  }

  /** Stops the retransmissions. */
  close(group: Group): void {
    this.#retransmissions.delete(group);
    for (const nonce of group.nonces) this.#byNonce.delete(nonce);
  }

  nextDeadline(): number | undefined {
    return this.#retransmissions.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const group of this.#retransmissions.take(now, limit)) this.#retransmit(group, now, out);
  }

  #begin(group: Group, now: number, out: Effect[]): void {
    for (const registration of group.members) setGroup(registration, group.server, group);
    this.#send(group, now, out);
  }

  /**
   * RFC 9301 section 5.6: the nonce grows with each message, otherwise the Map-Server takes it for a replay.
   */
  #send(group: Group, now: number, out: Effect[]): void {
    const { mapServers, identity, recordTtl_min, local, counters } = this.#context;
    const server = mapServers[group.server];
    if (server === undefined) return;
    const nonce = this.#nextNonce++;
    this.#remember(group, nonce);
    group.attempts += 1;
    const records = Array.from(group.members, ({ eid }) =>
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
      this.close(group);
      this.#onAbandoned(group);
      return;
    }
    if (!group.withdraw)
      for (const registration of [...group.members])
        if (lapse(registration, group.server, now)) this.#onLapsed(registration, group, out);
    if (group.members.size === 0) return;
    if (group.members.size > 1 && group.attempts >= REGISTER_SPLIT_AFTER) this.#sendHalves(group, now, out);
    else this.#send(group, now, out);
  }

  #sendHalves(group: Group, now: number, out: Effect[]): void {
    this.close(group);
    const members = [...group.members];
    const middle = Math.ceil(members.length / 2);
    for (const half of [members.slice(0, middle), members.slice(middle)])
      this.#begin({ ...group, members: new Set(half), nonces: [] }, now, out);
  }
}

function backoff_ms(attempts: number): number {
  return Math.min(REGISTER_RETRANSMIT_ms * 2 ** (attempts - 1), REGISTER_BACKOFF_MAX_ms);
}

function reportSent(group: Group, peer: Address, nonce: bigint): Effect {
  const [first, ...others] = group.members;
  const attempt = group.attempts > 1 ? `, attempt ${group.attempts}` : '';
  const detail = `${others.length + 1} record${others.length > 0 ? 's' : ''}${attempt}`;
  const name = group.withdraw ? 'withdraw-sent' : 'map-register-sent';
  return report({ name, eid: others.length === 0 ? first?.eid : undefined, peer, nonce, detail });
}
