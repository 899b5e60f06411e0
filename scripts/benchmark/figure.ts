// SPDX-License-Identifier: Apache-2.0
import type { GeneratorName } from '#scripts/packets/stream.js';

/** Series by name. Those of one stage that are as long as each other were taken in the same rounds. */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface Context {
  readonly quick: boolean;
  /** The CPU that packets are sent and forwarded on. */
  readonly cpu: number;
  /** What sends the packets of hosts to single EIDs; live-frame test runs send all others. */
  readonly generator: GeneratorName;
  readonly say: (text: string) => void;
  /** Aborted when the run is interrupted: no further stage begins. */
  readonly signal: AbortSignal;
  /** Runs a part of a stage. One that fails is reported by its name, and what the others measure is kept. */
  readonly part: (name: string, run: () => Promise<void>) => Promise<void>;
}

/** What is set up once for several figures, so that their series are taken in turns. */
export interface Stage {
  readonly name: string;
  /** Takes the series that are wanted. */
  run(wanted: ReadonlySet<string>, context: Context): Promise<Samples>;
}

export type Unit = 'ratio' | 'ns' | 'us' | 'pps' | 'ms' | 'per second' | 'bytes' | 'packets';

export interface Figure {
  /** As `--only` takes it; unique. */
  readonly name: string;
  readonly group: string;
  /** What it measures, for the table. */
  readonly title: string;
  /** How, for the report. */
  readonly how: string;
  readonly unit: Unit;
  readonly target?: { readonly least: number } | { readonly most: number };
  /** Which value the target is about; the median unless given. */
  readonly judged?: 'median' | 'p99' | 'max';
  /** Where the target may be out of reach for a reason that is known, the report says it with a value that is short. */
  readonly reasonIfShort?: string;
  readonly stage: Stage;
  /** Series that it needs. */
  readonly series: readonly string[];
  /** Not in a quick run. */
  readonly slow?: boolean;
  /** One value for each round. */
  values(samples: Samples): readonly number[];
}

/** The series of this name. @throws Error when the stage did not take it */
export function seriesOf(samples: Samples, name: string): readonly number[] {
  const series = samples.get(name);
  if (series === undefined || series.length === 0) throw new Error(`there is no series ${name}`);
  return series;
}

/** By round: what one series is compared with another. */
export function pairs(
  samples: Samples,
  a: string,
  b: string,
  compare: (a: number, b: number) => number,
): readonly number[] {
  const others = seriesOf(samples, b);
  return seriesOf(samples, a).flatMap((value, round) => {
    const other = others[round];
    return other === undefined ? [] : [compare(value, other)];
  });
}

export function ratios(samples: Samples, a: string, b: string): readonly number[] {
  return pairs(samples, a, b, (x, y) => x / y);
}

export function differences(samples: Samples, a: string, b: string): readonly number[] {
  return pairs(samples, a, b, (x, y) => x - y);
}
