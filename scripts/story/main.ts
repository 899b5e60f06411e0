// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Backend } from './backend.js';
import { networkNamespaces } from './netns/index.js';
import { REPOSITORY } from './repository.js';
import { Report } from './report.js';
import { tell } from './story.js';
import { NODES, ROUTERS } from './topology.js';

const USAGE = `scripts/lab [--keep] [--json FILE]      play the story: acts 1 to 4, a restart, and what was lost
scripts/lab exec NODE COMMAND...        run a command in a node of a lab that was kept
scripts/lab down                        remove the lab, also after a crash

  --keep        leave the lab up afterwards
  --json FILE   write the facts that were judged

nodes: ${NODES.map(({ name }) => name).join(' ')}
examples: scripts/lab exec xtr4 xtrctl show map-cache
          scripts/lab exec core tcpdump -ni any udp port 4342`;

const CONFIGURATIONS = `${REPOSITORY}scripts/lab.d`;
const LOG_LINES = 40;

class UsageError extends Error {}

async function showLogs(backend: Backend): Promise<void> {
  for (const router of ROUTERS) {
    const log = await backend.log(router).catch(() => 'no log');
    console.log(
      `\n--- log of ${router}, the end of it\n${log.trimEnd().split('\n').slice(-LOG_LINES).join('\n')}`,
    );
  }
}

async function runStory(backend: Backend, keep: boolean, json: string | undefined): Promise<number> {
  const report = new Report();
  let ended = false;
  const finish = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await backend.down();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      report.say(`${signal}: taking the lab down`);
      void finish().then(() => process.exit(130));
    });

  if (backend.isUp()) report.say('taking down the lab that is up');
  await backend.down();
  report.say(`building the network: ${NODES.map(({ name }) => name).join(' ')}`);
  await backend.up();
  await tell(backend, report, CONFIGURATIONS);

  const facts = report.facts();
  if (json !== undefined) await writeFile(json, `${JSON.stringify(facts, undefined, 2)}\n`);
  if (!facts.ok) await showLogs(backend);
  if (!keep) await finish();
  console.log();
  report.say(facts.ok ? 'every act held' : 'FAILED: not every act held');
  if (keep)
    console.log(
      'The lab is up. scripts/lab exec NODE COMMAND... looks into it, scripts/lab down removes it.',
    );
  return facts.ok ? 0 : 1;
}

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
  return runStory(backend, values.keep, values.json);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
