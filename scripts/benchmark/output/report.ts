// SPDX-License-Identifier: Apache-2.0
// The shape of report.json, which report.md and the plots are made from.
import type { Unit } from '#scripts/benchmark/figure.js';
import type { Distribution } from '#scripts/benchmark/statistics.js';

/** Goes up when a reader of an older report.json would misread a newer one. */
export const REPORT_FORMAT = 1;

export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly machine: Machine;
  readonly noise: Noise;
  readonly run: Run;
  /** In the order of the report. */
  readonly figures: readonly ReportedFigure[];
  /** Stages, or single figures, that failed. */
  readonly failures: readonly Failure[];
  /** Every value that was taken, to six digits: series by name, by stage. In the unit that the stage took them in. */
  readonly series: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

export interface Machine {
  readonly cpuModel: string;
  readonly cpus: number;
  /** Such as 'L2 1024K', of the first CPU; empty where the kernel does not tell. */
  readonly caches: readonly string[];
  readonly memory_bytes: number;
  /** Whether the CPU says that a hypervisor is below. */
  readonly hypervisor: boolean;
  readonly kernel: string;
  readonly architecture: string;
  /** What the kernel does about each vulnerability of the CPU that it is affected by. */
  readonly mitigations: Readonly<Record<string, string>>;
  /** Driver of the interfaces that packets went through, and its XDP mode. */
  readonly interfaces: string;
  readonly jit: string;
  readonly node: string;
  readonly clang: string;
}

export interface Noise {
  /** Share of the time of all CPUs that the hypervisor gave to others during the run; 0 to 1. */
  readonly steal: number;
  /** Load average of the last minute before the run. */
  readonly load: number;
  /** Share of the time in which the loop below could have run but waited for a CPU; 0 to 1. */
  readonly waiting: number;
  /** Milliseconds of a loop of fixed length, before each stage and after the last. */
  readonly spin_ms: Distribution;
}

export interface Run {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly took_s: number;
  /** Of the product; '-dirty' where files differ from it. */
  readonly revision: string;
  readonly quick: boolean;
  /** What `--only` said. */
  readonly only: readonly string[];
  /** What sent the packets of the throughput figures, and why if it was not the one asked for. */
  readonly generator: string;
}

export interface ReportedFigure {
  readonly name: string;
  readonly group: string;
  readonly title: string;
  readonly how: string;
  readonly unit: Unit;
  readonly stage: string;
  readonly distribution: Distribution;
  readonly target?: { readonly least: number } | { readonly most: number };
  /** Which value of the distribution the target is about. */
  readonly judged: 'median' | 'p99' | 'max';
  /** Absent where there is no target. */
  readonly met?: boolean;
  /** Known limits that keep it short of its target; only where it is short. */
  readonly reason?: string;
}

export interface Failure {
  readonly stage: string;
  readonly message: string;
}

/** "N figures, M of K targets met, L not measured". */
export function summary({ figures, failures }: Pick<Report, 'figures' | 'failures'>): string {
  const judged = figures.filter(({ met }) => met !== undefined);
  const met = judged.filter((figure) => figure.met).length;
  const missing = failures.length === 0 ? '' : `, ${failures.length} not measured`;
  return `${figures.length} figures, ${met} of ${judged.length} targets met${missing}`;
}
