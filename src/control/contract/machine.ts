// SPDX-License-Identifier: Apache-2.0
import type { ControlMessage, EncapsulatedControl, MapRequest } from '#wire/messages.js';
import type { Effect } from './effect.js';
import type { Input, InputOf, Received } from './inputs.js';

/**
 * A machine with deadlines. `now` is CLOCK_MONOTONIC in milliseconds, here and everywhere in `control`, and effects
 * are appended to `out` in order. After each input, core asks for the next deadline and wakes the machine then.
 */
export interface Machine {
  /** Undefined when nothing is waiting. */
  nextDeadline(): number | undefined;
  /** Handles what is due, at most EXPIRE_BATCH entries a call; nextDeadline stays in the past while more is due. */
  expire(now: number, out: Effect[]): void;
}

/** Deadlines handled in one call of `expire`, so that a mass expiry never blocks the event loop. */
export const EXPIRE_BATCH = 512;

/** Map-Requests go to a role of the node by what they ask for; every other message to the machine that takes it. */
export type HandledMessage = Exclude<
  ControlMessage,
  { readonly type: 'map-request' | 'encapsulated-control' }
>;

export type InputHandlers = {
  readonly [T in Input['type']]?: (input: InputOf<T>, now: number, out: Effect[]) => void;
};

export type MessageHandlers = {
  readonly [T in HandledMessage['type']]?: (
    received: Received,
    message: Extract<HandledMessage, { readonly type: T }>,
    now: number,
    out: Effect[],
  ) => void;
};

/** A machine that takes inputs or messages: it says which, and the agent brings them to it. */
export interface Handler {
  readonly inputs?: InputHandlers;
  /** Each message is taken by one machine of a node. */
  readonly messages?: MessageHandlers;
}

/** What a node can be: xTR, or Map-Server and Map-Resolver; it may be both. */
export interface Role extends Machine {
  readonly handlers: readonly Handler[];
  /** A Map-Request without an ECM, SMR and RLOC-probe included. */
  mapRequest(received: Received, request: MapRequest, now: number, out: Effect[]): void;
  /** @param request what is in `ecm` */
  encapsulatedMapRequest(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    now: number,
    out: Effect[],
  ): void;
  /** After all inputs that came together: sends what they share. */
  flush(now: number, out: Effect[]): void;
}

/** Where nonces and jitter come from; in tests and replays something else. */
export interface Random {
  /** 64 bits for a nonce (RFC 9301 section 5.2 asks for a properly seeded source). */
  nonce(): bigint;
  /** In [0, 1), for jitter. */
  fraction(): number;
  /** Begins a sequence that follows from these 32 bytes. Left out by a source that needs no seed. */
  seed?(seed: Uint8Array): void;
}
