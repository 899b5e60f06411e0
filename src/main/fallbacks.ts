// SPDX-License-Identifier: Apache-2.0
import type { DataPathStatus } from '#core/ports.js';
import type { Log } from '#observe/index.js';

/** Interfaces with generic XDP because their driver refused native XDP, with the reason. */
export class Fallbacks {
  readonly #log: Pick<Log, 'warn'>;
  readonly #reasons = new Map<string, string>();

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  add(name: string, reason: string): void {
    const text = `${name}: generic XDP, which is slower, as native XDP was refused: ${reason}`;
    this.#reasons.set(name, text);
    this.#log.warn(text);
  }

  /** The warnings of interfaces that still have generic XDP. */
  warnings(interfaces: DataPathStatus['interfaces']): string[] {
    return interfaces
      .filter(({ mode }) => mode === 'generic')
      .flatMap(({ name }) => this.#reasons.get(name) ?? []);
  }
}
