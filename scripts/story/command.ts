// SPDX-License-Identifier: Apache-2.0
// The command line of a lab, for any back end.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Backend } from '#scripts/testbed/backend.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { run } from './run.js';
import { NODES } from '#scripts/testbed/topology.js';

const CONFIGURATIONS = `${REPOSITORY}scripts/lab.d`;

class UsageError extends Error {}

async function execute(backend: Backend, [name = '', ...command]: readonly string[]): Promise<number> {
  const node = NODES.find((each) => each.name === name)?.name;
  if (node === undefined) throw new UsageError(`there is no node '${name}'`);
  if (command.length === 0) throw new UsageError('exec needs a command');
  if (!backend.isUp()) throw new UsageError(`the lab is not up: ${backend.command} --keep leaves it up`);
  backend.refuseForeign();
  return backend.exec(node, command);
}

async function obey(backend: Backend, args: readonly string[]): Promise<number> {
  if (args[0] === 'exec') return execute(backend, args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
      xdp: { type: 'string' },
      force: { type: 'boolean', default: false },
    },
  });
  if (positionals.join() === 'down') {
    await backend.down(values);
    return 0;
  }
  if (values.force) throw new UsageError('--force is for down');
  if (positionals.length > 0) throw new UsageError(`unknown command '${positionals.join(' ')}'`);
  return run(backend, CONFIGURATIONS, { ...values, xdp: xdpMode(values.xdp) });
}

function xdpMode(text: string | undefined): 'native' | 'generic' | undefined {
  if (text === undefined || text === 'native' || text === 'generic') return text;
  throw new UsageError(`--xdp is native or generic, not '${text}'`);
}

/** Prints one line; with XTRD_LAB_STACK in the environment also the stack and the cause. */
export function tellError(name: string, error: unknown): void {
  if ((process.env['XTRD_LAB_STACK'] ?? '') === '') console.error(`${name}: ${(error as Error).message}`);
  else console.error(`${name}:`, error);
}

/**
 * Sets the exit code.
 * @param usage file of scripts/, as the command prints it before anything is built
 */
export async function labCommand(backend: Backend, usage: string, args: readonly string[]): Promise<void> {
  const name = backend.command.replace('scripts/', '');
  try {
    process.exitCode = await obey(backend, args);
  } catch (error) {
    const wrongUse =
      error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    const text = wrongUse ? readFileSync(`${REPOSITORY}scripts/${usage}`, 'utf8') : '';
    if (wrongUse) console.error(`${name}: ${(error as Error).message}\n\n${text}`);
    else tellError(name, error);
    process.exitCode = wrongUse ? 2 : 1;
  }
}
