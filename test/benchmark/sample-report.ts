// SPDX-License-Identifier: Apache-2.0
import type { Figure, Samples } from '#scripts/benchmark/figure.js';
import { FIGURES } from '#scripts/benchmark/figures/index.js';
import { type About, buildReport } from '#scripts/benchmark/output/build-report.js';
import type { Report } from '#scripts/benchmark/output/report.js';
import { type Outcome, resultOf, stagesOf, wantedOf } from '#scripts/benchmark/run.js';
import { distribution } from '#scripts/benchmark/statistics.js';

export const ABOUT: About = {
  machine: {
    ...{
      cpuModel: 'A CPU <of> 2026 & later',
      cpus: 2,
      caches: ['L1d 32K', 'L2 1024K'],
      memory_bytes: 2 ** 34,
    },
    ...{
      hypervisor: true,
      kernel: '6.18.0',
      architecture: 'x64',
      mitigations: { retbleed: 'Mitigation: IBRS' },
    },
    ...{ interfaces: 'veth', jit: 'on', node: 'Node v20', clang: 'clang version 14' },
  },
  noise: { steal: 0.012, waiting: 0.25, load: 0.5, spin_ms: distribution([5, 5.1, 5.2, 9]) },
  run: {
    ...{ startedAt: '2026-05-04T03:02:01.000Z', took_s: 125, revision: 'abc1234', quick: true, only: [] },
    generator: 'live-frame',
  },
};

/** Of every figure: series of other lengths and sizes, none of them measured. */
function samplesOf(figures: readonly Figure[]): ReadonlyMap<string, Samples> {
  return new Map(
    stagesOf(figures).map((stage, s) => {
      const series = [...wantedOf(figures, stage)].map(
        (name, n) => [name, Array.from({ length: 9 }, (_, i) => (s + 1) * (n + 1) * (1 + i / 50))] as const,
      );
      return [stage.name, new Map(series)];
    }),
  );
}

/** As if these figures had been measured, with `failures` besides. */
export function sampleReport(
  figures: readonly Figure[] = FIGURES,
  failures: Outcome['failures'] = [],
): Report {
  const samples = samplesOf(figures);
  const results = figures.map((figure) => resultOf(figure, samples.get(figure.stage.name) ?? new Map()));
  return buildReport({ results, samples, failures }, ABOUT);
}
