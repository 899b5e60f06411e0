// SPDX-License-Identifier: Apache-2.0
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '#scripts/testbed/agent.js';
import type { Backend } from '#scripts/testbed/backend.js';
import { EventLog } from '#scripts/testbed/events.js';
import type { Report } from './report.js';
import { ROUTERS, type RouterName, XTRS } from '#scripts/testbed/topology.js';
import { ipv6 } from './acts/ipv6.js';
import type { Lab } from './acts/lab.js';
import { learn } from './acts/learn.js';
import { move } from './acts/move.js';
import { resolve } from './acts/resolve.js';
import { restart } from './acts/restart.js';
import { start } from './acts/start.js';
import { Traffic } from './acts/traffic.js';
import { verdict } from './acts/verdict.js';

export type XdpMode = 'native' | 'generic';

/** The directory itself, or a copy whose configurations ask for the mode. */
async function withMode(configurations: string, mode: XdpMode | undefined, copy: string): Promise<string> {
  if (mode === undefined) return configurations;
  await cp(configurations, copy, { recursive: true });
  for (const router of XTRS)
    await appendFile(join(copy, `${router}.yaml`), `data-path: { xdp-mode: ${mode} }\n`);
  return copy;
}

/** Each node gets its own YAML file and the key. */
async function prepare(backend: Backend, report: Report, configurations: string): Promise<Lab> {
  const agents: Partial<Record<RouterName, Agent>> = {};
  for (const router of ROUTERS) {
    await backend.copy(router, join(configurations, 'lab.key'));
    const file = await backend.copy(router, join(configurations, `${router}.yaml`));
    agents[router] = new Agent(backend, router, file);
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

async function withConfigurations(
  configurations: string,
  mode: XdpMode | undefined,
  use: (directory: string) => Promise<Lab>,
): Promise<Lab> {
  const temporary = await mkdtemp(join(tmpdir(), 'xtrd-lab-'));
  try {
    return await use(await withMode(configurations, mode, temporary));
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/**
 * Plays the story on a network that is up. An event that does not come ends the story, and is a fact that failed.
 * @param configurations directory with a YAML file for each router, and lab.key
 * @param mode for every xTR; as the configurations say when left out
 */
export async function tell(
  backend: Backend,
  report: Report,
  configurations: string,
  mode?: XdpMode,
): Promise<void> {
  const lab = await withConfigurations(configurations, mode, (directory) =>
    prepare(backend, report, directory),
  );
  try {
    await play(lab);
  } catch (error) {
    report.fact('the story goes on', false, error instanceof Error ? error.message : String(error));
  } finally {
    await lab.events.stop();
  }
}
