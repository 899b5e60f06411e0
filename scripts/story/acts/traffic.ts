// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';
import type { StatisticsView } from '#core/service/views.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { formatTable } from '#scripts/kit/table.js';
import { HOST1, HOST5, type RouterName, XTRS } from '#scripts/testbed/topology.js';
import type { Phase } from '#scripts/story/traffic/analyse.js';
import { type Flow, type FlowResult, startFlow } from '#scripts/story/traffic/flow.js';
import type { CountsByPhase } from '#scripts/story/report.js';
import { countsOf } from './counts.js';
import type { Lab } from './lab.js';

type Snapshot = ReadonlyMap<RouterName, StatisticsView>;

async function snapshot({ agents }: Lab): Promise<Snapshot> {
  const all = XTRS.map(
    async (router) => [router, await agents[router].json<StatisticsView>('show', 'statistics')] as const,
  );
  return new Map(await Promise.all(all));
}

/** Continuous traffic in both directions, and the phases that its packets are judged by. */
export class Traffic {
  readonly #lab: Lab;
  readonly #flows: readonly Flow[];
  readonly #phases: Phase[];
  #last: Snapshot;

  private constructor(lab: Lab, flows: readonly Flow[], first: Phase, last: Snapshot) {
    this.#lab = lab;
    this.#flows = flows;
    this.#phases = [first];
    this.#last = last;
  }

  static async start(lab: Lab, phase: string): Promise<Traffic> {
    const [host1, host5] = [
      { node: 'host1', eid: HOST1.eid } as const,
      { node: 'host5', eid: HOST5.eid } as const,
    ];
    const counts = await snapshot(lab);
    const from_ms = monotonic_ms();
    const flows = [await startFlow(lab.backend, host5, host1), await startFlow(lab.backend, host1, host5)];
    return new Traffic(lab, flows, { name: phase, from_ms }, counts);
  }

  /** Lets it flow for a while. */
  async flow(duration_ms: number): Promise<void> {
    await delay(duration_ms);
  }

  phase(name: string, from_ms = monotonic_ms()): void {
    this.#phases.push({ name, from_ms });
  }

  /** Notes what the routers counted since the last time. */
  async count(phase: string): Promise<readonly CountsByPhase[]> {
    const now = await snapshot(this.#lab);
    const counts = XTRS.map((router) => countsOf(phase, router, this.#last.get(router), now.get(router)));
    this.#last = now;
    this.#lab.report.counts.push(...counts);
    return counts;
  }

  async stop(): Promise<readonly FlowResult[]> {
    return Promise.all(this.#flows.map((flow) => flow.stop(this.#phases)));
  }
}

export function formatFlows(flows: readonly FlowResult[]): string {
  return formatTable(
    [
      'packets sent',
      'from',
      'to',
      '  sent',
      'lost',
      'duplicated',
      'reordered',
      'longest gap',
      'latency',
      'highest',
    ],
    flows.flatMap(({ from, to, phases }) =>
      phases.map(({ phase, sent, lost, duplicated, reordered, longestGap_ms, latency_ms }) => [
        phase,
        from,
        to,
        sent,
        lost,
        duplicated,
        reordered,
        `${longestGap_ms.toFixed(1)} ms`.padStart(11),
        `${latency_ms.median.toFixed(2)} ms`,
        `${latency_ms.highest.toFixed(1)} ms`,
      ]),
    ),
  );
}

export function formatCounts(counts: readonly CountsByPhase[]): string {
  return formatTable(
    ['phase', 'node', 'held', 'sent on', 'held, dropped', 're-encapsulated', 'SMRs', 'other drops'],
    counts.map(({ phase, router, held, released, heldDropped, reencapsulated, smrSent, drops }) => [
      phase,
      router,
      held,
      released,
      heldDropped,
      reencapsulated,
      smrSent,
      Object.entries(drops)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    ]),
  );
}
