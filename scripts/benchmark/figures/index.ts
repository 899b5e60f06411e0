// SPDX-License-Identifier: Apache-2.0
import type { Figure } from '#scripts/benchmark/figure.js';
import { coldStartFigures } from './cold-start.js';
import { convergenceFigures } from './convergence.js';
import { costFigures } from './cost.js';
import { mappingSystemFigures } from './mapping-system.js';
import { programmingFigures } from './programming.js';
import { scaleFigures } from './scale.js';
import { throughputFigures } from './throughput.js';

/** In the order of the report. */
export const FIGURES: readonly Figure[] = [
  ...throughputFigures,
  ...costFigures,
  ...scaleFigures,
  ...programmingFigures,
  ...convergenceFigures,
  ...coldStartFigures,
  ...mappingSystemFigures,
];
