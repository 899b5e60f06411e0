// SPDX-License-Identifier: Apache-2.0
// Which plots a report has. A plot of which nothing was measured is left out.
import { cdfPlots } from './plots/cdf.js';
import { barPlots } from './plots/bars.js';
import type { Plot } from './plot.js';
import { scalePlots } from './plots/scale.js';
import type { Report } from './report.js';

export function renderPlots(report: Report): readonly Plot[] {
  return [...barPlots(report), ...scalePlots(report), ...cdfPlots(report)];
}
