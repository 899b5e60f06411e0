// SPDX-License-Identifier: Apache-2.0

/** How many of the values are below which: lines of series of one stage, milliseconds. */
export interface CdfSpec {
  readonly file: string;
  readonly stage: string;
  readonly group: string;
  readonly title: string;
  readonly subtitle: string;
  readonly xAxis: string;
  readonly series: readonly { readonly name: string; readonly label: string }[];
  /** What 99 of 100 should be below, milliseconds. */
  readonly target_ms: number;
}
