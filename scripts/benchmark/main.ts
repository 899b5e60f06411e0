// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.js';
import { FIGURES } from './figures/index.js';
import { buildObjects } from './objects.js';
import { renderTerminal } from './output/terminal.js';
import { measure } from './run.js';
import { removeStale } from './site/network.js';

const USAGE = `scripts/bench [--quick] [--out DIR] [--only NAME...]   measure the product against its limits
scripts/bench --list                                    the names of the figures

  --quick      about two minutes instead of half an hour: fewer rounds, fewer sizes
  --out DIR    write report.md, report.json and plots there
  --only NAME  these figures alone; a name may end in * and may be repeated`;

class UsageError extends Error {}

function chosen(patterns: readonly string[], quick: boolean): readonly Figure[] {
  if (patterns.length === 0) return FIGURES.filter(({ slow = false }) => !(quick && slow));
  const matches = (pattern: string, name: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  for (const pattern of patterns)
    if (!FIGURES.some(({ name }) => matches(pattern, name)))
      throw new UsageError(`there is no figure '${pattern}': scripts/bench --list names them`);
  return FIGURES.filter(({ name }) => patterns.some((pattern) => matches(pattern, name)));
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print(USAGE);
  if (values.list) return print(FIGURES.map(({ name, title }) => `${name.padEnd(40)} ${title}`).join('\n'));
  if (positionals.length > 0 && values.only.length === 0)
    throw new UsageError(`unknown argument '${positionals.join(' ')}'`);
  const figures = chosen([...values.only, ...positionals], values.quick);
  buildObjects();
  await removeStale();
  const cpu = availableParallelism() - 1;
  const outcome = await measure(figures, { quick: values.quick, cpu, say: console.log });
  console.log(`\n${renderTerminal(outcome)}`);
  return outcome.failures.length === 0 ? 0 : 1;
}

function print(text: string): number {
  console.log(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
