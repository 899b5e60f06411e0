// SPDX-License-Identifier: Apache-2.0
import type { ForwardingLocator } from '#control/contract/forwarding.js';

/** Such a locator is not to be used (RFC 9301 section 5.4). */
const PRIORITY_UNUSABLE = 255;

/** Which locators packets go to: those that are up and of the best, which is the lowest, priority. */
function usable(locators: readonly ForwardingLocator[]): number[] {
  const candidates = locators.flatMap(({ up, priority }, i) =>
    up && priority !== PRIORITY_UNUSABLE ? [i] : [],
  );
  const best = Math.min(...candidates.map((i) => locators[i]?.priority ?? PRIORITY_UNUSABLE));
  return candidates.filter((i) => locators[i]?.priority === best);
}

/**
 * Buckets of each weight: largest remainder, but every weight above 0 gets one at least. All weights 0 are equal: the
 * sender decides then (RFC 9301 section 5.4).
 */
function share(weights: readonly number[], buckets: number): number[] {
  const effective = weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights;
  const total = effective.reduce((sum, weight) => sum + weight, 0);
  const quotas = effective.map((weight) => (weight * buckets) / total);
  const counts = quotas.map((quota) => (quota > 0 ? Math.max(1, Math.floor(quota)) : 0));
  const missing = (i: number): number => (quotas[i] ?? 0) - (counts[i] ?? 0);
  const order = [...counts.keys()].filter((i) => (quotas[i] ?? 0) > 0);
  for (
    let left = buckets - counts.reduce((sum, count) => sum + count, 0);
    left !== 0;
    left -= Math.sign(left)
  ) {
    const candidates = left > 0 ? order : order.filter((i) => (counts[i] ?? 0) > 1);
    const most = candidates.reduce((a, b) => ((missing(b) - missing(a)) * left > 0 ? b : a));
    counts[most] = (counts[most] ?? 0) + Math.sign(left);
  }
  return counts;
}

/**
 * The ordinal of the locator for each flow bucket; all undefined when no locator is usable.
 * @param buckets not fewer than there are locators
 */
export function spread(locators: readonly ForwardingLocator[], buckets: number): (number | undefined)[] {
  const ordinals = usable(locators);
  if (ordinals.length === 0) return Array<undefined>(buckets).fill(undefined);
  const counts = share(
    ordinals.map((i) => locators[i]?.weight ?? 0),
    buckets,
  );
  return ordinals.flatMap((ordinal, i) => Array<number>(counts[i] ?? 0).fill(ordinal));
}
