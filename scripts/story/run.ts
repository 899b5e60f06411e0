// SPDX-License-Identifier: Apache-2.0
import { open, writeFile } from 'node:fs/promises';
import type { Backend } from '#scripts/testbed/backend.js';
import { Report } from './report.js';
import { tell, type XdpMode } from './story.js';
import { NODES, ROUTERS } from '#scripts/testbed/topology.js';

const LOG_LINES = 40;
/** As a shell reports a command that Ctrl-C ended. */
const INTERRUPTED = 130;

export interface RunOptions {
  /** Leave the lab up afterwards. */
  readonly keep: boolean;
  /** Where to write the facts. */
  readonly json?: string | undefined;
  /** XDP mode of every router; as its configuration says when left out. */
  readonly xdp?: XdpMode | undefined;
}

async function showLogs(backend: Backend, report: Report): Promise<void> {
  for (const router of ROUTERS) {
    const log = await backend.log(router).catch(() => 'no log');
    report.block(`The end of the log of ${router}`, log.trimEnd().split('\n').slice(-LOG_LINES).join('\n'));
  }
}

/** Fails before the story has run for minutes. */
async function checkWritable(json: string): Promise<void> {
  try {
    await (await open(json, 'a')).close();
  } catch (error) {
    throw new Error(`the facts cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** Cleans up after an error that ended the story before its verdict. An error in here must not hide that one. */
async function giveUp(backend: Backend, report: Report, keep: boolean): Promise<void> {
  const tell = (error: unknown): void => report.say((error as Error).message);
  try {
    backend.refuseForeign();
    await backend.keepEvidence?.().catch(tell);
    if (keep) return report.say(`the lab stays up: ${backend.command} down removes it`);
    report.say('taking the lab down');
    await backend.down({ force: false });
  } catch (error) {
    tell(error);
  }
}

/** Returns the exit code. */
async function runStory(
  backend: Backend,
  report: Report,
  configurations: string,
  { keep, json, xdp }: RunOptions,
): Promise<number> {
  backend.refuseForeign();
  if (json !== undefined) await checkWritable(json);
  if (backend.isUp()) report.say('taking down the lab that is up');
  await backend.down({ force: false });
  report.say(`building the network: ${NODES.map(({ name }) => name).join(' ')}`);
  try {
    await backend.up();
    await tell(backend, report, configurations, xdp);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(report.facts(), undefined, 2)}\n`);
  } catch (error) {
    // After an interruption run() takes the lab down.
    if (!report.isClosed) await giveUp(backend, report, keep);
    throw error;
  }

  const facts = report.facts();
  if (!facts.ok) {
    await showLogs(backend, report);
    await backend.keepEvidence?.();
  }
  if (!keep) await backend.down({ force: false });
  report.verdict(facts.ok);
  if (keep)
    console.log(
      `The lab is up: ${backend.command} exec NODE COMMAND... looks into it, ${backend.command} down removes it.`,
    );
  return facts.ok ? 0 : 1;
}

/** Resolves with the name of the first signal that asks to stop. */
function interruption(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
}

/** Builds the network, plays the story and takes the network down; also when interrupted. Returns the exit code. */
export async function run(backend: Backend, configurations: string, options: RunOptions): Promise<number> {
  const report = new Report(backend.command);
  const story = runStory(backend, report, configurations, options);
  const outcome = await Promise.race([story, interruption()]);
  if (typeof outcome === 'number') return outcome;
  report.say(`${outcome}: taking the lab down`);
  report.close();
  await backend.down({ force: false });
  // The story may still wait for events of agents that have ended.
  process.exit(INTERRUPTED);
}
