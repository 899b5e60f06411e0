// SPDX-License-Identifier: Apache-2.0
import type { Context, Figure, Samples, Stage } from './figure.js';
import { type Distribution, distribution } from './statistics.js';

/** What became of a figure. */
export interface Result {
  readonly figure: Figure;
  readonly distribution: Distribution;
  /** Undefined where there is no target. */
  readonly met: boolean | undefined;
}

export interface Outcome {
  readonly results: readonly Result[];
  /** All series, by stage. */
  readonly samples: ReadonlyMap<string, Samples>;
  /** What could not be measured, and why. */
  readonly failures: readonly { readonly stage: string; readonly message: string }[];
}

/** Measures the figures, each stage once, in their order. A stage that fails leaves the others alone. */
export async function measure(figures: readonly Figure[], context: Context): Promise<Outcome> {
  const samples = new Map<string, Samples>();
  const failures: { stage: string; message: string }[] = [];
  for (const stage of new Set(figures.map((figure) => figure.stage))) {
    try {
      samples.set(stage.name, await stage.run(wantedOf(figures, stage), context));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ stage: stage.name, message });
      context.say(`FAILED: ${stage.name}: ${message}`);
    }
  }
  const results = figures.flatMap((figure) => {
    const taken = samples.get(figure.stage.name);
    return taken ? [resultOf(figure, taken)] : [];
  });
  return { results, samples, failures };
}

function wantedOf(figures: readonly Figure[], stage: Stage): ReadonlySet<string> {
  return new Set(figures.filter((figure) => figure.stage === stage).flatMap(({ series }) => series));
}

function resultOf(figure: Figure, samples: Samples): Result {
  const values = distribution(figure.values(samples));
  const judged = values[figure.judged ?? 'median'];
  return { figure, distribution: values, met: figure.target && isMet(judged, figure.target) };
}

function isMet(value: number, target: NonNullable<Figure['target']>): boolean {
  return 'least' in target ? value >= target.least : value <= target.most;
}
