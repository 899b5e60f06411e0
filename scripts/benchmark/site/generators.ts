// SPDX-License-Identifier: Apache-2.0
import type { GeneratorMethods } from '#scripts/benchmark/inside/live-frame-generator.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { PktgenMethods } from '#scripts/benchmark/inside/pktgen-generator.js';
import { expressible } from '#scripts/packets/pktgen.js';
import type { GeneratorName, StreamSpec } from '#scripts/packets/stream.js';

type Generator = Inside<GeneratorMethods> | Inside<PktgenMethods>;

/** Sends the streams of a data plane, each by the generator that was asked for if that can send it. */
export class Generators {
  readonly #liveFrame: Inside<GeneratorMethods>;
  readonly #pktgen: Inside<PktgenMethods> | undefined;
  readonly #chosen = new Map<string, Generator>();

  constructor(namespace: string, cpu: number, name: GeneratorName) {
    this.#liveFrame = new Inside({ namespace, module: './live-frame-generator.js', cpu });
    if (name === 'pktgen') this.#pktgen = new Inside({ namespace, module: './pktgen-generator.js', cpu });
  }

  /** Adds a stream, or replaces the one of this name. */
  async stream(name: string, spec: StreamSpec, liveFrame: boolean): Promise<void> {
    const generator = !liveFrame && this.#pktgen && expressible(spec) ? this.#pktgen : this.#liveFrame;
    this.#chosen.set(name, generator);
    await generator.call('stream', name, spec);
  }

  /** @returns milliseconds that it took */
  async send(name: string, packets: number): Promise<number> {
    return (this.#chosen.get(name) ?? this.#liveFrame).call('send', name, packets);
  }

  async kill(): Promise<void> {
    await Promise.all([this.#liveFrame.kill(), this.#pktgen?.kill()]);
  }
}
