// SPDX-License-Identifier: Apache-2.0
import { xtr_constants } from '#datapath/generated/layout.js';
import { NO_ORDINAL, spread, type Weighted } from './buckets.js';

/** Buckets from `first` up to but not including `end` lead to one locator. */
export interface Run {
  readonly first: number;
  readonly end: number;
  /** NO_ORDINAL if they lead to none. */
  readonly ordinal: number;
}

interface Shape {
  readonly text: string;
  readonly members: readonly Weighted[];
  users: number;
}

/**
 * Priorities, weights and usability of the members of a set. Thousands of sets share one shape, so its buckets are
 * computed once.
 */
export class SetShapes {
  readonly #byText = new Map<string, number>();
  readonly #shapes: (Shape | undefined)[] = [];
  readonly #free: number[] = [];
  /** Cache of results since `settle`. */
  readonly #changes = new Map<string, readonly Run[]>();

  /** The number of the shape of these members. Valid until `release` was called as often as `take`. */
  take(members: readonly Weighted[]): number {
    const text = members.map(({ priority, weight, usable }) => `${priority} ${weight} ${usable}`).join();
    const known = this.#byText.get(text);
    const number = known ?? this.#free.pop() ?? this.#shapes.length;
    if (known === undefined) {
      this.#byText.set(text, number);
      this.#shapes[number] = { text, members, users: 0 };
    }
    const shape = this.#shapes[number];
    if (shape) shape.users++;
    return number;
  }

  release(number: number): void {
    const shape = this.#shapes[number];
    if (shape === undefined || --shape.users > 0) return;
    this.#byText.delete(shape.text);
    this.#shapes[number] = undefined;
    this.#free.push(number);
    this.#changes.clear();
  }

  /** Ordinals by bucket, when those locators are up whose bits are set. */
  spread(number: number, statusBits: number): Uint8Array {
    const members = this.#shapes[number]?.members ?? [];
    return spread(members, xtr_constants.XTR_BUCKETS, (ordinal) => ((statusBits >>> ordinal) & 1) === 1);
  }

  /** The buckets that differ between two values of the status bits. */
  changes(number: number, before: number, after: number): readonly Run[] {
    const key = `${number} ${before} ${after}`;
    let runs = this.#changes.get(key);
    if (runs === undefined) {
      runs = differences(this.spread(number, before), this.spread(number, after));
      this.#changes.set(key, runs);
    }
    return runs;
  }

  /** Empties the cache of results. */
  settle(): void {
    this.#changes.clear();
  }
}

function differences(before: Uint8Array, after: Uint8Array): Run[] {
  const runs: Run[] = [];
  for (let first = 0, end = 0; first < after.length; first = end) {
    const ordinal = after[first] ?? NO_ORDINAL;
    for (
      end = first + 1;
      end < after.length && after[end] === ordinal && isChanged(end) === isChanged(first);
    )
      end++;
    if (isChanged(first)) runs.push({ first, end, ordinal });
  }
  return runs;

  function isChanged(bucket: number): boolean {
    return before[bucket] !== after[bucket];
  }
}
