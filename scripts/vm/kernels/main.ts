// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { must } from '../../story/netns/shell.js';
import { formatTable } from '../../story/table.js';
import { REPOSITORY } from '../../story/repository.js';
import { MATRIX } from '../kernel/matrix.js';
import { type KernelResult, runKernel } from './run-kernel.js';
import { SUITES, type SuiteName } from './suites.js';
import { updateDocument } from './table.js';

const USAGE = await readFile(`${REPOSITORY}scripts/vm/kernels/usage.txt`, 'utf8');
const DOCUMENT = `${REPOSITORY}docs/kernels.md`;

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

async function runAll(
  versions: readonly string[],
  options: Parameters<typeof runKernel>[1],
): Promise<boolean> {
  const results: KernelResult[] = [];
  const broken: string[] = [];
  for (const version of versions) {
    try {
      const result = await runKernel(version, options);
      results.push(result);
      const date = new Date().toISOString().slice(0, 10);
      await writeFile(DOCUMENT, updateDocument(await readFile(DOCUMENT, 'utf8'), result, date));
      await must([`${REPOSITORY}node_modules/.bin/prettier`, '--log-level', 'warn', '--write', DOCUMENT]);
    } catch (error) {
      broken.push(`${version}: ${(error as Error).message}`);
      console.error(error);
    }
  }
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
    say,
    print: (text: string): void => {
      if (values.verbose) process.stdout.write(text);
    },
  };
  return (await runAll(positionals.length > 0 ? positionals : MATRIX, options)) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `kernels: ${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
