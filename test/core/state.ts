// SPDX-License-Identifier: Apache-2.0
import type { Agent } from '#core/agent.js';
import { agentService } from '#core/service/agent-service.js';
import type { Configuration } from '#core/configuration.js';
import { Runtime } from '#core/runtime.js';

const NOTHING = { counters: () => ({}), close: () => undefined, send: () => undefined };

/** The whole state of an agent that xtrctl can show, as text, and its next deadline. */
export async function stateOf(agent: Agent, now: number): Promise<string> {
  const clock = { now: () => now, wakeAt: () => undefined };
  const transport = { ...NOTHING, onDatagram: () => undefined };
  const world = { clock, transport, dataPath: undefined, network: undefined, nonces: undefined };
  const service = agentService({
    configuration: { interfaces: [], xtr: undefined, mapServer: undefined } as unknown as Configuration,
    ...{ version: '', pid: 0, agent, ...world },
    runtime: new Runtime(agent, { ...world, seed: () => new Uint8Array(), onEvent: () => undefined }),
    events: { recent: () => [], onEvent: () => () => undefined },
    apiCounters: () => ({}),
    warnings: () => Promise.resolve([]),
    interfaceName: String,
  });
  const names = ['mapCache', 'database', 'dynamicEids', 'away', 'smr', 'sites'] as const;
  const tables = names.map((name) => [...service[name]({})]);
  const { sizes } = await service.status();
  return JSON.stringify(
    { tables, sizes, statistics: service.statistics().control, deadline: agent.nextDeadline() },
    undefined,
    1,
  );
}
