// SPDX-License-Identifier: Apache-2.0
import type { Random } from './random.js';

export type Popularity = 'uniform' | 'zipf';

/** Draws indexes below `count`: all with equal weight, or the n-th with a weight of 1/n (Zipf with exponent 1.0). */
export function sampler(popularity: Popularity, count: number, random: Random): () => number {
  if (popularity === 'uniform' || count === 1) return () => random.below(count);
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) cumulative[i] = sum += 1 / (i + 1);
  return () => firstAbove(cumulative, (random.u32() / 2 ** 32) * sum);
}

function firstAbove(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
