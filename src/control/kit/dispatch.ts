// SPDX-License-Identifier: Apache-2.0
import type { Effect } from '#control/contract/effect.js';
import type { Input, Received } from '#control/contract/inputs.js';
import type { HandledMessage, Handler } from '#control/contract/machine.js';

type InputHandler = (input: Input, now: number, out: Effect[]) => void;
type MessageHandler = (received: Received, message: HandledMessage, now: number, out: Effect[]) => void;

/** Brings inputs and messages to the machines that take them. */
export class Dispatch {
  readonly #inputs = new Map<string, InputHandler[]>();
  readonly #messages = new Map<string, MessageHandler>();

  /** @throws Error if two of them take the same message */
  constructor(handlers: readonly Handler[]) {
    for (const { inputs = {}, messages = {} } of handlers) {
      // A table holds each handler under the type of what it takes; TypeScript cannot follow that through a Map.
      for (const [type, handler] of Object.entries(inputs) as [string, InputHandler][])
        this.#inputs.set(type, [...(this.#inputs.get(type) ?? []), handler]);
      for (const [type, handler] of Object.entries(messages) as [string, MessageHandler][]) {
        if (this.#messages.has(type)) throw new Error(`two machines handle ${type}`);
        this.#messages.set(type, handler);
      }
    }
  }

  /** To every machine that takes it, in the order in which they were given. */
  input(input: Input, now: number, out: Effect[]): void {
    for (const handle of this.#inputs.get(input.type) ?? []) handle(input, now, out);
  }

  /** False: no machine of this node takes it. */
  message(received: Received, message: HandledMessage, now: number, out: Effect[]): boolean {
    const handle = this.#messages.get(message.type);
    handle?.(received, message, now, out);
    return handle !== undefined;
  }
}
