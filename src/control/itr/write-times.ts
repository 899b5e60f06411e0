// SPDX-License-Identifier: Apache-2.0
import type { InputHandlers, Handler } from '#control/contract/machine.js';

/** A shorter turn is not kept: it is little beside the second that a punt may be in flight. */
const SLOW_TURN_ms = 100;
/** Turns that are kept, the newest. */
const KEPT_TURNS = 16;

/**
 * When the tries were written. An entry bears the time at which its turn of the event loop began; the tries are written
 * at the end of that turn, which is a second later and more where processors are short and packets many.
 */
export class WriteTimes implements Handler {
  readonly inputs: InputHandlers = {
    written: ({ began_ms, written_ms }) => {
      this.add(began_ms, written_ms);
    },
  };
  readonly #written_ms = new Map<number, number>();

  /** The tries have all of the turn that began then. */
  add(began_ms: number, written_ms: number): void {
    if (written_ms - began_ms < SLOW_TURN_ms) return;
    this.#written_ms.set(began_ms, written_ms);
    const [oldest] = this.#written_ms.keys();
    if (this.#written_ms.size > KEPT_TURNS && oldest !== undefined) this.#written_ms.delete(oldest);
  }

  /** @param began_ms when the turn began that an entry is from */
  of(began_ms: number): number {
    return this.#written_ms.get(began_ms) ?? began_ms;
  }
}
