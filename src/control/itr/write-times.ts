// SPDX-License-Identifier: Apache-2.0
import type { InputHandlers, Handler } from '#control/contract/machine.js';

/** Shorter turns are not stored: they are small compared with the second that a punt may be in flight. */
const SLOW_TURN_ms = 100;
/** Number of stored turns, the newest. */
const KEPT_TURNS = 16;

/**
 * The times of trie writes. An entry has the time at which its turn of the event loop began. The tries are
 * written at the end of that turn, a second later or more when the CPU is busy and packets are many.
 */
export class WriteTimes implements Handler {
  readonly inputs: InputHandlers = {
    written: ({ began_ms, written_ms }) => {
      this.add(began_ms, written_ms);
    },
  };
  readonly #written_ms = new Map<number, number>();

  /** Stores when the effects of the turn that began at `began_ms` were in the tries. */
  add(began_ms: number, written_ms: number): void {
    if (written_ms - began_ms < SLOW_TURN_ms) return;
    this.#written_ms.set(began_ms, written_ms);
    const [oldest] = this.#written_ms.keys();
    if (this.#written_ms.size > KEPT_TURNS && oldest !== undefined) this.#written_ms.delete(oldest);
  }

  /** @param began_ms start of the turn that programmed an entry */
  of(began_ms: number): number {
    return this.#written_ms.get(began_ms) ?? began_ms;
  }
}
