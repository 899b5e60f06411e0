// SPDX-License-Identifier: Apache-2.0
import type { ControlEvent } from '#control/contract/event.js';
import type { Effect, EventEffect } from '#control/contract/effect.js';

/** A machine that is part of a bigger one: it appends its effects to `out`, in order. */
export interface Part {
  /** As in Machine. */
  nextDeadline(): number | undefined;
  /** Handles at most `limit` of what is due. */
  expire(now: number, limit: number, out: Effect[]): void;
}

/** The effect that tells people what happened. */
export function report(event: ControlEvent): EventEffect {
  return { type: 'event', event };
}

/** The earlier of two deadlines, undefined being never. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** Of messages that are refused, one of a sender in this time becomes an event, so that a flood cannot fill the log. */
export const REFUSAL_EVENT_INTERVAL_ms = 1_000;
/** Senders remembered for that. */
export const REFUSAL_SENDERS = 1_024;
