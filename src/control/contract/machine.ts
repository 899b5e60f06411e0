// SPDX-License-Identifier: Apache-2.0
import type { ControlMessage, EncapsulatedControl, MapRequest } from '#wire/messages.js';
import type { Effect } from './effect.js';
import type { Input, InputOf, Received } from './inputs.js';

/**
 * A machine with deadlines. Everywhere in `control`, `now` is CLOCK_MONOTONIC in milliseconds, and effects
 * are appended to `out` in order. After each input, core asks for the next deadline and wakes the machine at
 * it.
 */
export interface Machine {
  /** Undefined if there is no deadline. */
  nextDeadline(): number | undefined;
  /** Handles due entries, at most EXPIRE_BATCH a call. nextDeadline stays in the past while more are due. */
  expire(now: number, out: Effect[]): void;
}

/** Deadlines handled in one call of `expire`, so that a mass expiry does not block the event loop. */
export const EXPIRE_BATCH = 512;

/**
 * Messages other than Map-Requests. The content of a Map-Request decides which role handles it; every other
 * message goes to the machine that handles its type.
 */
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

/** A machine that handles inputs or messages. The agent dispatches by these tables. */
export interface Handler {
  readonly inputs?: InputHandlers;
  /** Each message type is handled by one machine of a node. */
  readonly messages?: MessageHandlers;
}

/** A role of a node: xTR, or Map-Server and Map-Resolver. A node may have both. */
export interface Role extends Machine {
  readonly handlers: readonly Handler[];
  /** A Map-Request without an ECM, SMR and RLOC-probe included. */
  mapRequest(received: Received, request: MapRequest, now: number, out: Effect[]): void;
  /** @param request the payload of `ecm` */
  encapsulatedMapRequest(
    received: Received,
    ecm: EncapsulatedControl,
    request: MapRequest,
    now: number,
    out: Effect[],
  ): void;
  /** Called after all inputs of one turn: sends the messages that they share. */
  flush(now: number, out: Effect[]): void;
}

/** Source of nonces and jitter. Tests and replays use other implementations. */
export interface Random {
  /** 64 bits for a nonce (RFC 9301 section 5.2 asks for a properly seeded source). */
  nonce(): bigint;
  /** In [0, 1), for jitter. */
  fraction(): number;
  /** Starts the sequence of these 32 bytes. A source that needs no seed has no such method. */
  seed?(seed: Uint8Array): void;
}
