// SPDX-License-Identifier: Apache-2.0
import type { Effect } from '#control/contract/effect.js';
import type { Input, Received } from '#control/contract/inputs.js';
import type { HandledMessage, Handler } from '#control/contract/machine.js';

type InputHandler = (input: Input, now: number, out: Effect[]) => void;
type MessageHandler = (received: Received, message: HandledMessage, now: number, out: Effect[]) => void;

/** Dispatches inputs and messages to the machines that handle them. */
export class Dispatch {
  readonly #inputs = new Map<string, InputHandler[]>();
  readonly #messages = new Map<string, MessageHandler>();

  /** @throws Error if two machines handle the same message type */
  constructor(handlers: readonly Handler[]) {
    for (const { inputs = {}, messages = {} } of handlers) {
      // The key of each handler is the type that it handles. TypeScript cannot express this for a Map.
      for (const [type, handler] of Object.entries(inputs) as [string, InputHandler][])
        this.#inputs.set(type, [...(this.#inputs.get(type) ?? []), handler]);
      for (const [type, handler] of Object.entries(messages) as [string, MessageHandler][]) {
        if (this.#messages.has(type)) throw new Error(`two machines handle ${type}`);
        this.#messages.set(type, handler);
      }
    }
  }

  /** Calls every machine that handles the input, in the order of the constructor. */
  input(input: Input, now: number, out: Effect[]): void {
    for (const handle of this.#inputs.get(input.type) ?? []) handle(input, now, out);
  }

  /** Returns false if no machine of this node handles the message. */
  message(received: Received, message: HandledMessage, now: number, out: Effect[]): boolean {
    const handle = this.#messages.get(message.type);
    handle?.(received, message, now, out);
    return handle !== undefined;
  }
}
