// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { must } from '#scripts/kit/shell.js';
import { formatTable } from '#scripts/kit/table.js';
import { say } from '#scripts/kit/say.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { prepareKernel } from '#scripts/vm/boot.js';
import { MATRIX } from '#scripts/vm/kernel/matrix.js';
import { held, refusalOf } from './held.js';
import { type KernelResult, machinesAtOnce, runKernel, type RunOptions } from './run-kernel.js';
import { sideBySide } from './side-by-side.js';
import { QUICK_SUITES, SUITES, type SuiteName } from './suites.js';
import { sourcesNow } from './sources.js';
import { copyTable, updateDocument } from './table.js';

const USAGE = await readFile(`${REPOSITORY}scripts/vm/kernels/usage.txt`, 'utf8');
const DOCUMENT = `${REPOSITORY}docs/kernels.md`;
const README = `${REPOSITORY}README.md`;

class UsageError extends Error {}

function chosenSuites(names: readonly string[]): readonly SuiteName[] {
  const unknown = names.find((name) => !SUITES.some((suite) => suite === name));
  if (unknown !== undefined) throw new UsageError(`there is no suite '${unknown}'`);
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite));
}

function summary(result: KernelResult): (string | number)[] {
  const { release, boot_s, suites } = result;
  const all = suites.reduce((sum, { passed }) => sum + passed, 0);
  const failed = suites.flatMap((suite) => suite.failed);
  const skipped = suites.flatMap((suite) => suite.skipped);
  const refusal = refusalOf(result);
  return [
    release,
    `${boot_s} s`,
    all,
    failed.length,
    skipped.length,
    refusal === undefined ? '' : `refused at start: ${refusal}`,
  ];
}

/** Kernels may end at once; the document is read and written by one after the other. */
let recorded: Promise<unknown> = Promise.resolve();

function record(result: KernelResult, sources: string): Promise<unknown> {
  const run = { date: new Date().toISOString().slice(0, 10), sources };
  const before = recorded.catch(() => undefined); // who wanted that one was told
  recorded = before.then(async () => {
    const document = updateDocument(await readFile(DOCUMENT, 'utf8'), result, run);
    await writeFile(DOCUMENT, document);
    await writeFile(README, copyTable(await readFile(README, 'utf8'), document));
    const prettier = `${REPOSITORY}node_modules/.bin/prettier`;
    await must([prettier, '--log-level', 'warn', '--write', DOCUMENT, README]);
  });
  return recorded;
}

/** Prepares what a kernel needs, one after the other: they share one cache. Then as many machines as there are jobs. */
async function runAll(
  versions: readonly string[],
  jobs: number | undefined,
  options: Omit<RunOptions, 'say'>,
): Promise<boolean> {
  const sources = sourcesNow(); // what is built is not built again while kernels run
  const prepared = await sideBySide(versions, 1, (version) => prepareKernel(version, say));
  const accelerator = prepared.find((base) => base.status === 'fulfilled')?.value.accelerator;
  const atOnce = jobs ?? machinesAtOnce(accelerator ?? 'tcg');
  const run = async (version: string): Promise<KernelResult> => {
    const base = prepared[versions.indexOf(version)];
    if (base?.status !== 'fulfilled') throw new Error('no kernel to boot', { cause: base?.reason });
    const result = await runKernel(version, base.value, {
      ...options,
      say: (text) => say(`Linux ${version}: ${text}`),
    });
    if (!options.quick) await record(result, sources);
    return result;
  };
  const runs = await sideBySide(versions, atOnce, (version) =>
    run(version).catch((error: unknown) => {
      say(
        `Linux ${version}: did not run, or was not recorded: ${(error as Error).message.split('\n')[0] ?? ''}`,
      );
      throw error;
    }),
  );

  const results = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
  const header = ['Linux', 'boot', 'passed', 'failed', 'skipped', ''];
  console.log(`\n${formatTable(header, results.map(summary))}`);
  runs.forEach((run, i) => {
    if (run.status === 'rejected') console.error(`Linux ${versions[i] ?? ''} did not run:`, run.reason);
  });
  return results.length === versions.length && results.every(held);
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      hostile: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
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
    suites: values.quick && values.only.length === 0 ? QUICK_SUITES : chosenSuites(values.only),
    hostile: values.hostile,
    quick: values.quick,
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
