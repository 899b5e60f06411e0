// SPDX-License-Identifier: Apache-2.0
import type { Samples } from './figure.js';

/** Takes one value of a series. */
export type Measure = () => Promise<number>;

/**
 * Takes one value of each series in every round, so that a disturbance of the machine affects all series equally. Each
 * round begins with another series. One round before the first is discarded.
 */
export async function interleave(measures: ReadonlyMap<string, Measure>, rounds: number): Promise<Samples> {
  const entries = [...measures];
  const samples = new Map<string, number[]>(entries.map(([name]) => [name, []]));
  for (const [, measure] of entries) await measure();
  for (let round = 0; round < rounds; round++) {
    const first = round % Math.max(1, entries.length);
    for (const [name, measure] of [...entries.slice(first), ...entries.slice(0, first)])
      samples.get(name)?.push(await measure());
  }
  return samples;
}
