// SPDX-License-Identifier: Apache-2.0
// Compares the clocks of machines with ours continuously, because they drift.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { MACHINES } from './machines.js';
import type { NodeName } from '#scripts/testbed/topology.js';
import { inMachine } from './ssh.js';

/** An answer costs an emulated processor some 50 ms. */
const INTERVAL_ms = 1_500;
/** The answer with the shortest round trip of this many counts. */
const SAMPLES = 10;

interface Sample {
  readonly roundTrip_ms: number;
  readonly offset_ms: number;
}

/** Asks one machine for its time again and again. */
class Clock {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #timer: NodeJS.Timeout;
  #samples: Sample[] = [];
  #asked_ms: number | undefined;

  constructor(node: NodeName) {
    const [program = '', ...args] = inMachine(node, ['lab-clock']);
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    this.#process.stdin.on('error', () => undefined); // a machine that is gone is reported by the next command for it
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#answer(Number(line)));
    this.#timer = setInterval(() => this.#ask(), INTERVAL_ms);
    // The clocks alone keep nothing running.
    for (const each of [this.#timer, this.#process, this.#process.stdin, this.#process.stdout])
      if ('unref' in each) (each as { unref(): void }).unref();
  }

  /** Undefined before the first answer. */
  offset_ms(): number | undefined {
    const quickest = this.#samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.roundTrip_ms <= sample.roundTrip_ms ? best : sample),
      undefined,
    );
    return quickest?.offset_ms;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#process.stdin.end();
  }

  #ask(): void {
    if (this.#asked_ms !== undefined) return;
    this.#asked_ms = monotonic_ms();
    this.#process.stdin.write('\n');
  }

  /** Half of the way is taken to be the way there. */
  #answer(there_ms: number): void {
    const now_ms = monotonic_ms();
    const asked_ms = this.#asked_ms ?? now_ms;
    this.#asked_ms = undefined;
    const sample = { roundTrip_ms: now_ms - asked_ms, offset_ms: (asked_ms + now_ms) / 2 - there_ms };
    this.#samples = [...this.#samples.slice(1 - SAMPLES), sample];
  }
}

export class Clocks {
  #clocks = new Map<NodeName, Clock>();

  /** In every machine; the offset of one is known a few seconds later. */
  start(): void {
    this.stop();
    this.#clocks = new Map(MACHINES.map(({ name }) => [name, new Clock(name)]));
  }

  stop(): void {
    for (const clock of this.#clocks.values()) clock.stop();
    this.#clocks.clear();
  }

  /** Whether every machine has answered. */
  known(): boolean {
    return [...this.#clocks.values()].every((clock) => clock.offset_ms() !== undefined);
  }

  /** What to add to the machine's CLOCK_MONOTONIC to have ours. */
  offset_ms(node: NodeName): number {
    const offset_ms = this.#clocks.get(node)?.offset_ms();
    if (offset_ms === undefined) throw new Error(`${node} has not told its time`);
    return offset_ms;
  }
}
