// SPDX-License-Identifier: Apache-2.0
// Which plots a report has. A plot of which nothing was measured is left out.
import { cdfPlots } from './plots/cdf.js';
import { barPlots } from './plots/bars.js';
import { scalePlots } from './plots/scale.js';
import type { Report } from './report.js';

export interface Plot {
  /** Without ending. */
  readonly file: string;
  /** Of the figures that it stands beside. */
  readonly group: string;
  readonly title: string;
  readonly svg: string;
}

export function renderPlots(report: Report): readonly Plot[] {
  return [...barPlots(report), ...scalePlots(report), ...cdfPlots(report)];
}
