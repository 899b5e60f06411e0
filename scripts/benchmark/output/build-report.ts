// SPDX-License-Identifier: Apache-2.0
import type { Outcome, Result } from '#scripts/benchmark/run.js';
import {
  type Machine,
  type Noise,
  REPORT_FORMAT,
  type Report,
  type ReportedFigure,
  type Run,
} from './report.js';

export interface About {
  readonly machine: Machine;
  readonly noise: Noise;
  readonly run: Run;
}

export function buildReport({ results, samples, failures }: Outcome, about: About): Report {
  const series = [...samples].map(
    ([stage, taken]) => [stage, Object.fromEntries([...taken].map(shortened))] as const,
  );
  return {
    format: REPORT_FORMAT,
    ...about,
    figures: results.map(reported),
    failures,
    series: Object.fromEntries(series),
  };
}

/** Six digits: no clock here is better, and a report of a full run holds a hundred thousand values. */
function shortened([name, values]: readonly [string, readonly number[]]): [string, number[]] {
  return [name, values.map((value) => Number(value.toPrecision(6)))];
}

function reported({ figure, distribution, met }: Result): ReportedFigure {
  const { name, group, title, how, unit, stage, target, judged = 'median', reasonIfShort } = figure;
  return {
    ...{ name, group, title, how, unit, stage: stage.name, distribution, judged },
    ...(target === undefined ? {} : { target }),
    ...(met === undefined ? {} : { met }),
    ...(met === false && reasonIfShort !== undefined ? { reason: reasonIfShort } : {}),
  };
}
