// SPDX-License-Identifier: Apache-2.0
// How much other work disturbs the machine: a loop of constant work takes longer when something else runs.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Noise } from './output/report.js';
import { distribution } from './statistics.js';

const SPINS = 20;
/** About 5 ms on a CPU of 2020. */
const SPIN_STEPS = 5_000_000;
/** Of /proc/stat, first line: fields after the name. */
const STEAL_FIELD = 7;
const TIME_FIELDS = 8;

/** Written, and not read anywhere: it keeps the compiler from removing the loop. */
const lastState = { value: 0 };

function spin(): number {
  const started = process.hrtime.bigint();
  let state = 1;
  for (let i = 0; i < SPIN_STEPS; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  lastState.value = state;
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Ticks of all CPUs since boot. */
export function cpuTimes(stat: string): { readonly steal: number; readonly all: number } {
  const fields = (stat.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1).map(Number);
  const all = fields.slice(0, TIME_FIELDS).reduce((sum, ticks) => sum + ticks, 0);
  return { steal: fields[STEAL_FIELD] ?? 0, all };
}

/** How long this process has been ready to run without a CPU, milliseconds. */
function waited_ms(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0; // a kernel without SCHED_INFO
  }
}

function timesNow(): ReturnType<typeof cpuTimes> {
  return cpuTimes(readFileSync('/proc/stat', 'utf8'));
}

export class NoiseMeter {
  readonly #load = loadavg()[0] ?? 0;
  readonly #before = timesNow();
  readonly #spins_ms: number[] = [];
  #waited_ms = 0;

  /** Takes about 0.1 s, in which nothing else should be done. */
  sample(): void {
    if (this.#spins_ms.length === 0) for (let i = 0; i < SPINS; i++) spin(); // until it is compiled
    const before_ms = waited_ms();
    for (let i = 0; i < SPINS; i++) this.#spins_ms.push(spin());
    this.#waited_ms += waited_ms() - before_ms;
  }

  noise(): Noise {
    const now = timesNow();
    const passed = now.all - this.#before.all;
    return {
      steal: passed === 0 ? 0 : (now.steal - this.#before.steal) / passed,
      load: this.#load,
      waiting: this.#waited_ms / this.#spins_ms.reduce((sum, each) => sum + each, 0),
      spin_ms: distribution(this.#spins_ms),
    };
  }
}
