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

/**
 * Measures the figures, each stage once, in their order. A stage that fails leaves the others alone.
 * @param between is called before each stage
 * @throws the reason of the signal when it is aborted
 */
export async function measure(
  figures: readonly Figure[],
  context: Context,
  between: (stage: Stage) => void,
): Promise<Outcome> {
  const samples = new Map<string, Samples>();
  const failures: { stage: string; message: string }[] = [];
  const failed = (stage: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    failures.push({ stage, message });
    context.say(`FAILED: ${stage}: ${message}`);
  };
  for (const stage of stagesOf(figures)) {
    context.signal.throwIfAborted();
    between(stage);
    try {
      samples.set(stage.name, await stage.run(wantedOf(figures, stage), context));
    } catch (error) {
      context.signal.throwIfAborted(); // the stage failed because its processes were ended
      failed(stage.name, error);
    }
  }
  context.signal.throwIfAborted();
  const results = figures.flatMap((figure) => {
    const taken = samples.get(figure.stage.name);
    if (taken === undefined) return [];
    try {
      return [resultOf(figure, taken)];
    } catch (error) {
      failed(figure.name, error);
      return [];
    }
  });
  return { results, samples, failures };
}

/** Each once, in the order of their first figures. */
export function stagesOf(figures: readonly Figure[]): readonly Stage[] {
  return [...new Set(figures.map((figure) => figure.stage))];
}

export function wantedOf(figures: readonly Figure[], stage: Stage): ReadonlySet<string> {
  return new Set(figures.filter((figure) => figure.stage === stage).flatMap(({ series }) => series));
}

export function resultOf(figure: Figure, samples: Samples): Result {
  const values = distribution(figure.values(samples));
  if (values.count === 0) throw new Error('no round gave a value');
  const judged = values[figure.judged ?? 'median'];
  return { figure, distribution: values, met: figure.target && isMet(judged, figure.target) };
}

function isMet(value: number, target: NonNullable<Figure['target']>): boolean {
  return 'least' in target ? value >= target.least : value <= target.most;
}
