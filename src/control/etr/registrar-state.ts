// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '#addr/index.js';
import { REGISTRATION_TIMEOUT_ms } from '#control/contract/limits.js';
import type { EidSighting } from '#control/contract/inputs.js';

/** The registration of one EID-Prefix at one Map-Server. */
export interface ServerRegistration {
  readonly address: Address;
  readonly acknowledged: boolean;
  /** Time of the first Map-Notify, CLOCK_MONOTONIC milliseconds. */
  readonly registeredSince_ms: number | undefined;
}

export interface ServerState extends ServerRegistration {
  acknowledged: boolean;
  registeredSince_ms: number | undefined;
  /** Time of the last Map-Notify; before the first one, the time at which the EID was known to be local. */
  validAt_ms: number;
  /** The registration timed out: the host has to answer before it is registered again. */
  lapsed: boolean;
  /** The pending Map-Register. */
  group: Group | undefined;
}

/** The registrations of one EID-Prefix at all Map-Servers, in the order of the configuration. */
export interface Registration {
  readonly eid: EidPrefix;
  readonly withdrawing: boolean;
  /** For a dynamic EID: a live view of the learnt host. */
  readonly host: EidSighting | undefined;
  readonly servers: readonly ServerState[];
}

/** One pending Map-Register to one Map-Server, with its retransmissions. */
export interface Group {
  /** Index of the Map-Server in the configuration. */
  readonly server: number;
  readonly withdraw: boolean;
  readonly members: Set<Registration>;
  readonly nonces: bigint[];
  attempts: number;
}

export function freshState(address: Address, now: number): ServerState {
  return {
    address,
    acknowledged: false,
    registeredSince_ms: undefined,
    validAt_ms: now,
    lapsed: false,
    group: undefined,
  };
}

export function setGroup(registration: Registration, server: number, group: Group | undefined): void {
  const state = registration.servers[server];
  if (state !== undefined) state.group = group;
}

export function acknowledge(state: ServerState | undefined, now: number): void {
  if (state === undefined) return;
  state.acknowledged = true;
  state.validAt_ms = now;
  state.registeredSince_ms ??= now;
}

/**
 * Without a Map-Notify for the timeout of the Map-Server, the registration has probably expired there.
 * Returns true for a dynamic EID: its host may have moved to another xTR, and a new Map-Register would take
 * it from there. An address of this router is certainly local and answers no probe.
 */
export function lapse(registration: Registration, server: number, now: number): boolean {
  const state = registration.servers[server];
  if (state === undefined || now - state.validAt_ms < REGISTRATION_TIMEOUT_ms) return false;
  state.acknowledged = false;
  state.registeredSince_ms = undefined;
  const { host } = registration;
  state.lapsed = host !== undefined && host.discovery !== 'Local Address';
  return state.lapsed;
}
