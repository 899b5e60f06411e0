// SPDX-License-Identifier: Apache-2.0
import type { Figure, Stage } from './figure.js';
import { stagesOf, wantedOf } from './run.js';

/** Seconds that stages took on a machine with two cores: to set up, and for each series. */
interface Duration {
  readonly setUp: number;
  readonly series: number;
}
const DURATIONS: Readonly<Record<'quick' | 'full', Readonly<Record<string, Duration>>>> = {
  quick: {
    throughput: { setUp: 3, series: 0.5 },
    cost: { setUp: 3, series: 1.5 },
    scale: { setUp: 14, series: 1.8 },
    'memory-read': { setUp: 2, series: 0 },
    programming: { setUp: 6, series: 0 },
    memory: { setUp: 8, series: 0 },
    convergence: { setUp: 30, series: 0 },
    'cold-start': { setUp: 14, series: 0 },
    'map-server': { setUp: 14, series: 0 },
    'mapping-system': { setUp: 40, series: 0 },
  },
  full: {
    throughput: { setUp: 4, series: 4.2 },
    cost: { setUp: 3, series: 0.8 },
    scale: { setUp: 60, series: 2.4 },
    'memory-read': { setUp: 3, series: 1 },
    programming: { setUp: 80, series: 0 },
    memory: { setUp: 35, series: 0 },
    convergence: { setUp: 220, series: 0 },
    'cold-start': { setUp: 50, series: 0 },
    'map-server': { setUp: 266, series: 0 },
    'mapping-system': { setUp: 86, series: 0 },
  },
};
const UNKNOWN: Duration = { setUp: 30, series: 1 };

/** Tells the progress of a run, and estimates the time left from the duration of its stages so far. */
export class Progress {
  readonly #expected: ReadonlyMap<Stage, number>;
  readonly #started_ms: number;
  #done_s = 0;
  #current: Stage | undefined;
  #begun = 0;

  constructor(figures: readonly Figure[], quick: boolean, now_ms: number) {
    const durations = DURATIONS[quick ? 'quick' : 'full'];
    this.#expected = new Map(
      stagesOf(figures).map((stage) => {
        const { setUp, series } = durations[stage.name] ?? UNKNOWN;
        return [stage, setUp + series * wantedOf(figures, stage).size];
      }),
    );
    this.#started_ms = now_ms;
  }

  /** A stage begins: 'stage 2 of 6, cost: about 3 min left'. */
  begin(stage: Stage, now_ms: number): string {
    if (this.#current) this.#done_s += this.#expected.get(this.#current) ?? 0;
    this.#current = stage;
    this.#begun += 1;
    const total_s = [...this.#expected.values()].reduce((sum, seconds) => sum + seconds, 0);
    const elapsed_s = (now_ms - this.#started_ms) / 1000;
    const pace = this.#done_s > 0 ? elapsed_s / this.#done_s : 1;
    const left = formatLeft((total_s - this.#done_s) * pace);
    return `stage ${this.#begun} of ${this.#expected.size}, ${stage.name}: about ${left} left`;
  }
}

function formatLeft(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
