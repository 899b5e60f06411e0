// SPDX-License-Identifier: Apache-2.0
import type { Context, Figure, Samples, Stage } from './figure.js';
import { type Distribution, distribution } from './statistics.js';

/** The result of a figure. */
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
  about: Omit<Context, 'part'>,
  between: (stage: Stage) => void,
): Promise<Outcome> {
  const samples = new Map<string, Samples>();
  const failures: { stage: string; message: string }[] = [];
  const failed = (stage: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    failures.push({ stage, message });
    about.say(`FAILED: ${stage}: ${message}`);
  };
  /** Stages of which a part failed: the figures of that part are missing, and the failure is already reported. */
  const incomplete = new Set<Stage>();
  const contextOf = (stage: Stage): Context => ({
    ...about,
    async part(name, run) {
      about.signal.throwIfAborted();
      try {
        await run();
      } catch (error) {
        about.signal.throwIfAborted(); // the part failed because its processes were ended
        incomplete.add(stage);
        failed(`${stage.name}, ${name}`, error);
      }
    },
  });
  for (const stage of stagesOf(figures)) {
    about.signal.throwIfAborted();
    between(stage);
    try {
      samples.set(stage.name, await stage.run(wantedOf(figures, stage), contextOf(stage)));
    } catch (error) {
      about.signal.throwIfAborted(); // the stage failed because its processes were ended
      failed(stage.name, error);
    }
  }
  about.signal.throwIfAborted();
  const results = figures.flatMap((figure) => {
    const taken = samples.get(figure.stage.name);
    if (taken === undefined) return [];
    if (incomplete.has(figure.stage) && !figure.series.every((name) => taken.has(name))) return [];
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

/** @throws Error without a value, or with one that is none: divided by nothing, or the least of none */
export function resultOf(figure: Figure, samples: Samples): Result {
  const each = figure.values(samples);
  if (each.length === 0) throw new Error('no round gave a value');
  if (!each.every(Number.isFinite)) throw new Error('a round gave a value that is not a number');
  const values = distribution(each);
  const judged = values[figure.judged ?? 'median'];
  return { figure, distribution: values, met: figure.target && isMet(judged, figure.target) };
}

function isMet(value: number, target: NonNullable<Figure['target']>): boolean {
  return 'least' in target ? value >= target.least : value <= target.most;
}
