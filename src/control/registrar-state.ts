// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '../addr/index.js';
import { REGISTRATION_TIMEOUT_MS } from './limits.js';

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
  acknowledgedAt_ms: number | undefined;
  /** The Map-Register that has no Map-Notify yet. */
  group: Group | undefined;
}

/** One EID-Prefix at all Map-Servers, in the order of the configuration. */
export interface Registration {
  readonly eid: EidPrefix;
  readonly withdrawing: boolean;
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

export function freshState(address: Address): ServerState {
  return {
    address,
    acknowledged: false,
    registeredSince_ms: undefined,
    acknowledgedAt_ms: undefined,
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
  state.acknowledgedAt_ms = now;
  state.registeredSince_ms ??= now;
}

/** After the Map-Server's timeout without a Map-Notify, the registration is as good as gone. */
export function lapse(state: ServerState | undefined, now: number): void {
  if (state?.acknowledgedAt_ms === undefined || now - state.acknowledgedAt_ms < REGISTRATION_TIMEOUT_MS)
    return;
  Object.assign(state, { acknowledged: false, registeredSince_ms: undefined, acknowledgedAt_ms: undefined });
}
