// SPDX-License-Identifier: Apache-2.0
import type { Agent } from '#scripts/testbed/agent.js';
import type { Backend } from '#scripts/testbed/backend.js';
import { describe, type EventLog, type EventPattern, type NodeEvent } from '#scripts/testbed/events.js';
import type { Report } from '#scripts/story/report.js';
import type { NodeName, RouterName } from '#scripts/testbed/topology.js';

const PING_TIMEOUT_s = 5;

/** What every act plays with. */
export interface Lab {
  readonly backend: Backend;
  readonly report: Report;
  readonly events: EventLog;
  readonly agents: Readonly<Record<RouterName, Agent>>;
}

/** Prints tables of a router as a person would ask for them. */
export async function show(lab: Lab, router: RouterName, ...commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const output = await lab.agents[router].text('show', ...command.split(' '));
    lab.report.transcript(`${router} xtrctl show ${command}`, output);
  }
}

/** Waits for an event and notes when it came, counted from `zero_ms`. @throws NotSeen */
export async function expectEvent(lab: Lab, zero_ms: number, pattern: EventPattern): Promise<NodeEvent> {
  const event = await lab.events.first({ from_ms: zero_ms, ...pattern });
  lab.report.fact(describe(pattern), true, `+${(event.monotonic_ms - zero_ms).toFixed(2)} ms`);
  return event;
}

/** How many of `count` pings were answered. */
export async function ping(lab: Lab, from: NodeName, to: string, count: number): Promise<number> {
  const timeout_s = Math.ceil(PING_TIMEOUT_s * lab.backend.pace.patience);
  const command = ['ping', '-n', '-q', '-c', String(count), '-i', '0.2', '-W', String(timeout_s), to];
  const { stdout } = await lab.backend.run(from, command);
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}
