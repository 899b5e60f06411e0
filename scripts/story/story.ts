// SPDX-License-Identifier: Apache-2.0
import { Agent } from './agent.js';
import type { Backend } from './backend.js';
import { EventLog } from './events.js';
import type { Report } from './report.js';
import { ROUTERS, type RouterName } from './topology.js';
import { ipv6 } from './acts/ipv6.js';
import type { Lab } from './acts/lab.js';
import { learn } from './acts/learn.js';
import { move } from './acts/move.js';
import { resolve } from './acts/resolve.js';
import { restart } from './acts/restart.js';
import { start } from './acts/start.js';
import { Traffic } from './acts/traffic.js';
import { verdict } from './acts/verdict.js';

/** Each node gets its own YAML file and the key. */
async function prepare(backend: Backend, report: Report, configurations: string): Promise<Lab> {
  const agents: Partial<Record<RouterName, Agent>> = {};
  for (const router of ROUTERS) {
    await backend.copy(router, `${configurations}/lab.key`);
    agents[router] = new Agent(
      backend,
      router,
      await backend.copy(router, `${configurations}/${router}.yaml`),
    );
  }
  return { backend, report, events: new EventLog(backend), agents: agents as Record<RouterName, Agent> };
}

async function play(lab: Lab): Promise<void> {
  await start(lab);
  await learn(lab);
  await resolve(lab);
  const traffic = await Traffic.start(lab, 'before the move');
  await move(lab, traffic);
  await restart(lab, traffic);
  await verdict(lab, traffic);
  await ipv6(lab);
}

/**
 * Plays the story on a network that is up. What does not come ends the story and is a fact that did not hold.
 * @param configurations directory with a YAML file for each router, and lab.key
 */
export async function tell(backend: Backend, report: Report, configurations: string): Promise<void> {
  const lab = await prepare(backend, report, configurations);
  try {
    await play(lab);
  } catch (error) {
    report.fact('the story goes on', false, error instanceof Error ? error.message : String(error));
  } finally {
    await lab.events.stop();
  }
}
