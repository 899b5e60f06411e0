// SPDX-License-Identifier: Apache-2.0

/** Median and spread of a series. */
export interface Distribution {
  readonly median: number;
  /** First and third quartile: half of the series lies between them. */
  readonly p25: number;
  readonly p75: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** The value that `share` (0 to 1) of the sorted series is not above, interpolated; NaN for an empty one. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function distribution(series: readonly number[]): Distribution {
  const sorted = [...series].sort((a, b) => a - b);
  const at = (share: number): number => quantile(sorted, share);
  return {
    median: at(0.5),
    p25: at(0.25),
    p75: at(0.75),
    p99: at(0.99),
    min: at(0),
    max: at(1),
    count: sorted.length,
  };
}
