// SPDX-License-Identifier: Apache-2.0
import type { ControlEvent } from '#control/contract/event.js';
import type { Effect, EventEffect } from '#control/contract/effect.js';

/** A machine inside a larger one. It appends its effects to `out`, in order. */
export interface Part {
  /** As in Machine. */
  nextDeadline(): number | undefined;
  /** Handles at most `limit` due entries. */
  expire(now: number, limit: number, out: Effect[]): void;
}

/** The effect that reports an event. */
export function report(event: ControlEvent): EventEffect {
  return { type: 'event', event };
}

/** The earlier of two deadlines; undefined means never. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
