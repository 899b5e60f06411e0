// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '#addr/index.js';
import { REGISTRATION_TIMEOUT_ms } from '#control/contract/limits.js';
import type { EidSighting } from '#control/contract/inputs.js';

/** How one Map-Server stands to one EID-Prefix. */
export interface ServerRegistration {
  readonly address: Address;
  readonly acknowledged: boolean;
  /** When the first Map-Notify came, CLOCK_MONOTONIC milliseconds. */
  readonly registeredSince_ms: number | undefined;
}

export interface ServerState extends ServerRegistration {
  acknowledged: boolean;
  registeredSince_ms: number | undefined;
  /** The last Map-Notify, or before the first one the time at which the EID was known to be here. */
  validAt_ms: number;
  /** Too old to be sent again before the host has answered. */
  lapsed: boolean;
  /** The Map-Register that has no Map-Notify yet. */
  group: Group | undefined;
}

/** One EID-Prefix at all Map-Servers, in the order of the configuration. */
export interface Registration {
  readonly eid: EidPrefix;
  readonly withdrawing: boolean;
  /** Of a dynamic EID: a live view of what was learnt. */
  readonly host: EidSighting | undefined;
  readonly servers: readonly ServerState[];
}

/** One Map-Register on its way to one Map-Server, with its retransmissions. */
export interface Group {
  /** Its place in the configuration. */
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
 * After the Map-Server's timeout without a Map-Notify, the registration is as good as gone. True: it is that of a
 * dynamic EID. The host may be behind another xTR by now, and sending it again would take it from there. An address of
 * this router itself is here for certain, and answers nobody.
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
