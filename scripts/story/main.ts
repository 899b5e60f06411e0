// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import type { Backend } from './backend.js';
import { networkNamespaces } from './netns/index.js';
import { REPOSITORY } from './repository.js';
import { run } from './run.js';
import { NODES } from './topology.js';

const USAGE = `scripts/lab [--keep] [--json FILE]      play the story: acts 1 to 4, a restart, and what was lost
scripts/lab exec NODE COMMAND...        run a command in a node of a lab that was kept
scripts/lab down                        remove the lab, also after a crash

  --keep        leave the lab up afterwards
  --json FILE   write the facts that were judged

nodes: ${NODES.map(({ name }) => name).join(' ')}
examples: scripts/lab exec xtr4 xtrctl show map-cache
          scripts/lab exec core tcpdump -ni any udp port 4342`;

const CONFIGURATIONS = `${REPOSITORY}scripts/lab.d`;

class UsageError extends Error {}

async function execute(backend: Backend, [name = '', ...command]: readonly string[]): Promise<number> {
  const node = NODES.find((each) => each.name === name)?.name;
  if (node === undefined) throw new UsageError(`there is no node '${name}'`);
  if (command.length === 0) throw new UsageError('exec needs a command');
  if (!backend.isUp()) throw new UsageError('the lab is not up: scripts/lab --keep leaves it up');
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
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.join() === 'down') {
    await backend.down();
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`unknown command '${positionals.join(' ')}'`);
  return run(backend, CONFIGURATIONS, values);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
