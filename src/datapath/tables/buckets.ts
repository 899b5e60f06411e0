// SPDX-License-Identifier: Apache-2.0
import type { ForwardingLocator } from '#control/contract/forwarding.js';

/** A locator with this priority must not be used (RFC 9301 section 5.4). */
const PRIORITY_UNUSABLE = 255;
/** Instead of an ordinal: no locator may be used now. */
export const NO_ORDINAL = 255;

/** One locator of a set, as in the mapping. */
export type Weighted = Pick<ForwardingLocator, 'priority' | 'weight' | 'usable'>;

/** Ordinals of the locators that the mapping lets packets use, regardless of the states of their RLOCs. */
export function usableOrdinals(members: readonly Weighted[]): number[] {
  return members.flatMap(({ usable, priority }, i) => (usable && priority !== PRIORITY_UNUSABLE ? [i] : []));
}

function quotasOf(weights: readonly number[], buckets: number): number[] {
  const effective = weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights;
  const total = effective.reduce((sum, weight) => sum + weight, 0);
  return effective.map((weight) => (weight * buckets) / total);
}

/**
 * Number of buckets for each weight, by the largest remainder method; a weight above 0 gets at least one bucket. If all
 * weights are 0, the shares are equal: then the sender decides (RFC 9301 section 5.4).
 */
function share(weights: readonly number[], buckets: number): number[] {
  const quotas = quotasOf(weights, buckets);
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

/** A deterministic value in (0, 1), by the finalizer of MurmurHash3. */
function noise(bucket: number, ordinal: number): number {
  let hash = Math.imul(bucket + 1, 0x9e3779b1) ^ Math.imul(ordinal + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

/**
 * The preferred ordinal by weighted rendezvous hashing: removing an ordinal does not change the order of the others.
 * Ordinals of weight 0 come last.
 */
function preferred(
  bucket: number,
  ordinals: readonly number[],
  weightOf: (ordinal: number) => number,
): number {
  let [best, lowest, isWeighted] = [NO_ORDINAL, Infinity, false];
  for (const ordinal of ordinals) {
    const weight = weightOf(ordinal);
    const score = -Math.log(noise(bucket, ordinal)) / (weight || 1);
    if (weight > 0 === isWeighted ? score >= lowest : isWeighted) continue;
    [best, lowest, isWeighted] = [ordinal, score, weight > 0];
  }
  return best;
}

/** Distributes the buckets of `to` among ordinals of one priority. Only ordinals that are up get buckets. */
class Spreader {
  readonly #to: Uint8Array;
  readonly #members: readonly Weighted[];
  readonly #isUp: (ordinal: number) => boolean;

  constructor(to: Uint8Array, members: readonly Weighted[], isUp: (ordinal: number) => boolean) {
    this.#to = to;
    this.#members = members;
    this.#isUp = isUp;
  }

  readonly #weightOf = (ordinal: number): number => this.#members[ordinal]?.weight ?? 0;

  /** Distributes the buckets as if all ordinals were up, then distributes the buckets of those that are down again. */
  spread(ordinals: readonly number[]): void {
    let first = 0;
    share(ordinals.map(this.#weightOf), this.#to.length).forEach((count, i) => {
      this.#give(first, count, ordinals[i] ?? NO_ORDINAL, ordinals);
      first += count;
    });
  }

  #give(first: number, count: number, ordinal: number, ordinals: readonly number[]): void {
    if (this.#isUp(ordinal)) this.#to.fill(ordinal, first, first + count);
    else if (count > 0)
      this.#inherit(
        first,
        count,
        ordinals.filter((other) => other !== ordinal),
      );
  }

  /**
   * Distributes whole parts by weight, which keeps the shares right, and the rest by hash, so that no locator gets it
   * all.
   */
  #inherit(first: number, count: number, ordinals: readonly number[]): void {
    const quotas = quotasOf(ordinals.map(this.#weightOf), count);
    let at = first;
    ordinals.forEach((ordinal, i) => {
      const whole = Math.floor(quotas[i] ?? 0);
      this.#give(at, whole, ordinal, ordinals);
      at += whole;
    });
    const restOf = new Map(ordinals.map((ordinal, i) => [ordinal, (quotas[i] ?? 0) % 1]));
    for (; at < first + count; at++) {
      const chosen = preferred(at, ordinals, (ordinal) => restOf.get(ordinal) ?? 0);
      this.#to[at] = this.#isUp(chosen) ? chosen : preferred(at, ordinals.filter(this.#isUp), this.#weightOf);
    }
  }
}

/**
 * The ordinal of the locator for each flow bucket. Buckets are distributed by weight among the locators of the best
 * (lowest) priority that has a locator that is up. Without such a priority all buckets are NO_ORDINAL.
 *
 * The order of preference of a bucket does not depend on states. So when a locator goes down, only its flows move, and
 * when it comes up again, they move back to the same buckets.
 * @param buckets at least the number of locators
 */
export function spread(
  members: readonly Weighted[],
  buckets: number,
  isUp: (ordinal: number) => boolean,
): Uint8Array {
  const to = new Uint8Array(buckets).fill(NO_ORDINAL);
  const usable = usableOrdinals(members);
  const priorityOf = (ordinal: number): number => members[ordinal]?.priority ?? PRIORITY_UNUSABLE;
  const best = Math.min(...usable.filter(isUp).map(priorityOf));
  if (best < PRIORITY_UNUSABLE)
    new Spreader(to, members, isUp).spread(usable.filter((ordinal) => priorityOf(ordinal) === best));
  return to;
}
