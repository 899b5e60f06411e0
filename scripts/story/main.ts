// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Backend } from './backend.js';
import { ForeignLabError, networkNamespaces } from './netns/index.js';
import { REPOSITORY } from './repository.js';
import { run } from './run.js';
import { NODES } from './topology.js';

/** What scripts/lab prints before anything is built. */
const USAGE = readFileSync(`${REPOSITORY}scripts/story/usage.txt`, 'utf8');
const CONFIGURATIONS = `${REPOSITORY}scripts/lab.d`;

class UsageError extends Error {}

async function execute(backend: Backend, [name = '', ...command]: readonly string[]): Promise<number> {
  const node = NODES.find((each) => each.name === name)?.name;
  if (node === undefined) throw new UsageError(`there is no node '${name}'`);
  if (command.length === 0) throw new UsageError('exec needs a command');
  if (!backend.isUp()) throw new UsageError('the lab is not up: scripts/lab --keep leaves it up');
  backend.refuseForeign();
  return backend.exec(node, command);
}

async function main(args: readonly string[]): Promise<number> {
  const backend = networkNamespaces;
  if (args[0] === 'exec') return execute(backend, args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
      force: { type: 'boolean', default: false },
    },
  });
  if (positionals.join() === 'down') {
    await backend.down(values);
    return 0;
  }
  if (values.force) throw new UsageError('--force is for down');
  if (positionals.length > 0) throw new UsageError(`unknown command '${positionals.join(' ')}'`);
  return run(backend, CONFIGURATIONS, values);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  if (wrongUse) console.error(`lab: ${(error as Error).message}\n\n${USAGE}`);
  else console.error(error instanceof ForeignLabError ? `lab: ${error.message}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
