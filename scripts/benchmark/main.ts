// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { lastCpu } from './cpus.js';
import type { Figure } from './figure.js';
import { FIGURES } from './figures/index.js';
import { chooseGenerator, type Generator } from './generator.js';
import { Interrupted, onInterruption } from './interruption.js';
import { NoiseMeter } from './noise.js';
import { buildObjects } from '#scripts/packets/objects.js';
import { type Options, parseOptions, USAGE, UsageError } from './options.js';
import { buildReport } from './output/build-report.js';
import { describeMachine, revision } from './output/machine.js';
import type { Report } from './output/report.js';
import { renderTerminal } from './output/terminal.js';
import { prepareDirectory, writeReport } from './output/write.js';
import { Progress } from './progress.js';
import { Refused } from './refused.js';
import { measure } from './run.js';
import { removeStale } from './site/network.js';
import { elapsed_s, say } from '#scripts/kit/say.js';

/** Measures, and describes where. */
async function run(
  figures: readonly Figure[],
  { quick, only }: Options,
  generator: Generator,
): Promise<Report> {
  const [startedAt, started_ms] = [new Date().toISOString(), Date.now()];
  const signal = onInterruption();
  const progress = new Progress(figures, quick, started_ms);
  const noise = new NoiseMeter();
  const cpu = lastCpu();
  const outcome = await measure(figures, { quick, cpu, generator: generator.name, say, signal }, (stage) => {
    noise.sample();
    say(progress.begin(stage, Date.now()));
  });
  noise.sample();
  const took_s = (Date.now() - started_ms) / 1000;
  const about = { startedAt, took_s, revision: revision(), quick, only, generator: generator.text };
  return buildReport(outcome, { machine: describeMachine(), noise: noise.noise(), run: about });
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) return print(USAGE);
  if (options.list) return print(FIGURES.map(({ name, title }) => `${name.padEnd(44)} ${title}`).join('\n'));
  if (options.out !== undefined) prepareDirectory(options.out);
  const generator = await chooseGenerator(options.generator);
  buildObjects();
  await removeStale();
  const report = await run(options.figures, options, generator);
  console.log(`\n${renderTerminal(report)}`);
  if (options.out !== undefined) {
    const files = writeReport(options.out, report);
    say(`${files.length} files in ${resolve(options.out)}: report.md is the one to read`);
  }
  return report.failures.length === 0 ? 0 : 1;
}

function print(text: string): number {
  console.log(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof Interrupted)
    console.error(`interrupted after ${elapsed_s()} s; nothing is left behind`);
  else console.error(error instanceof Refused ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : error instanceof Interrupted ? error.exitCode : 1;
}
