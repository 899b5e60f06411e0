// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { must } from '../../story/netns/shell.js';
import { formatTable } from '../../story/table.js';
import { REPOSITORY } from '../../story/repository.js';
import { type Base, prepareKernel } from '../boot.js';
import { MATRIX } from '../kernel/matrix.js';
import { type KernelResult, machinesAtOnce, runKernel, type RunOptions } from './run-kernel.js';
import { SUITES, type SuiteName } from './suites.js';
import { copyTable, updateDocument } from './table.js';

const USAGE = await readFile(`${REPOSITORY}scripts/vm/kernels/usage.txt`, 'utf8');
const DOCUMENT = `${REPOSITORY}docs/kernels.md`;
const README = `${REPOSITORY}README.md`;

class UsageError extends Error {}

const started_s = Number(process.env['XTRD_STARTED'] ?? Date.now() / 1000);
function say(text: string): void {
  console.log(`${String(Math.floor(Date.now() / 1000 - started_s)).padStart(4)} s  ${text}`);
}

function chosenSuites(names: readonly string[]): readonly SuiteName[] {
  const unknown = names.find((name) => !SUITES.some((suite) => suite === name));
  if (unknown !== undefined) throw new UsageError(`there is no suite '${unknown}'`);
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite));
}

function summary({ release, boot_s, probe, suites }: KernelResult): (string | number)[] {
  const all = suites.reduce((sum, { passed }) => sum + passed, 0);
  const failed = suites.flatMap((suite) => suite.failed);
  const skipped = suites.flatMap((suite) => suite.skipped);
  const refused = 'refused' in probe.veth;
  return [
    release,
    `${boot_s} s`,
    all,
    failed.length,
    skipped.length,
    refused ? `refused at start: ${probe.veth.refused.split('\n')[0]}` : '',
  ];
}

/** Refused at start is what is to be on a kernel that is too old. */
function held({ suites }: KernelResult): boolean {
  return suites.every(({ failed }) => failed.length === 0);
}

/** Kernels may end at once; the document is read and written by one after the other. */
let recorded: Promise<unknown> = Promise.resolve();

function record(result: KernelResult): Promise<unknown> {
  const date = new Date().toISOString().slice(0, 10);
  const before = recorded.catch(() => undefined); // who wanted that one was told
  recorded = before.then(async () => {
    const document = updateDocument(await readFile(DOCUMENT, 'utf8'), result, date);
    await writeFile(DOCUMENT, document);
    await writeFile(README, copyTable(await readFile(README, 'utf8'), document));
    const prettier = `${REPOSITORY}node_modules/.bin/prettier`;
    await must([prettier, '--log-level', 'warn', '--write', DOCUMENT, README]);
  });
  return recorded;
}

async function runAll(
  versions: readonly string[],
  jobs: number | undefined,
  options: Omit<RunOptions, 'say'>,
): Promise<boolean> {
  const results: KernelResult[] = [];
  const broken: string[] = [];
  const attempt = async (version: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      broken.push(`${version}: ${(error as Error).message}`);
      console.error(error);
    }
  };
  const waiting: [version: string, base: Base][] = [];
  for (const version of versions)
    await attempt(version, async () => void waiting.push([version, await prepareKernel(version, say)]));
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [version, base] = next;
      const sayOf = (text: string): void => say(`Linux ${version}: ${text}`);
      await attempt(version, async () => {
        const result = await runKernel(version, base, { ...options, say: sayOf });
        results.push(result);
        await record(result);
      });
    }
  };
  const machines = jobs ?? machinesAtOnce(waiting[0]?.[1].accelerator ?? 'tcg');
  await Promise.all(Array.from({ length: machines }, worker));
  results.sort((a, b) => versions.indexOf(a.version) - versions.indexOf(b.version));
  const header = ['Linux', 'boot', 'passed', 'failed', 'skipped', ''];
  console.log(`\n${formatTable(header, results.map(summary))}`);
  for (const text of broken) console.log(`did not run: ${text.split('\n')[0]}`);
  return broken.length === 0 && results.every(held);
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      hostile: { type: 'boolean', default: false },
      jobs: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    console.log(MATRIX.join('\n'));
    return 0;
  }
  const wrong = positionals.find((version) => !/^\d+\.\d+(\.\d+)?$/.test(version));
  if (wrong !== undefined) throw new UsageError(`'${wrong}' is no kernel version`);
  const options = {
    suites: chosenSuites(values.only),
    hostile: values.hostile,
    print: (text: string): void => {
      if (values.verbose) process.stdout.write(text);
    },
  };
  const jobs = values.jobs === undefined ? undefined : Number(values.jobs);
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs >= 1))
    throw new UsageError(`--jobs is a number of machines, not '${values.jobs ?? ''}'`);
  return (await runAll(positionals.length > 0 ? positionals : MATRIX, jobs, options)) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `kernels: ${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
