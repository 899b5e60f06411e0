// SPDX-License-Identifier: Apache-2.0
import { Command, InvalidArgumentError, Option } from 'commander';
import { addClearMapCache } from './commands/clear-map-cache.js';
import { addEvents } from './commands/events.js';
import { addLig } from './commands/lig.js';
import { addShowAway } from './commands/show-away.js';
import { addShowDatabase } from './commands/show-database.js';
import { addShowDynamicEid } from './commands/show-dynamic-eid.js';
import { addShowForwarding } from './commands/show-forwarding.js';
import { addShowMapCache } from './commands/show-map-cache.js';
import { addShowSite } from './commands/show-site.js';
import { addShowSmr } from './commands/show-smr.js';
import { addShowStatistics } from './commands/show-statistics.js';
import { addShowStatus } from './commands/show-status.js';
import { SOCKET_DIRECTORY } from './find-socket.js';
import { examples } from './session.js';

const EXIT_CODES = `
Exit codes: 0 done; 1 refused, or not found; 2 usage error; 3 no agent can be reached, or it does not answer`;

/** The whole command line. Errors are thrown (exitOverride), so that main sets the exit code. */
export function createProgram(): Command {
  const program = new Command('xtrctl')
    .description('Shows the state of a running xtrd, and clears its map-cache.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for usage and examples)')
    .addOption(new Option('--socket <PATH>', 'socket of the agent').conflicts('name'))
    .addOption(new Option('--name <NAME>', `name of the agent: its socket is ${SOCKET_DIRECTORY}/NAME.sock`))
    .addOption(
      new Option('--instance-id <N>', 'only this instance ID (default: all; with an EID: 0)').argParser(
        instanceId,
      ),
    )
    .option('--json', 'print JSON, with durations in milliseconds')
    .addHelpText(
      'after',
      `\nWithout --socket and --name: $XTRD_SOCKET, else the only socket in ${SOCKET_DIRECTORY}.\n${EXIT_CODES}\n${examples(
        'xtrctl show map-cache 1.1.1.1',
        'xtrctl --name xtr4 show status',
        'xtrctl events --follow',
      )}`,
    );
  const show = program.command('show').description('show a table, counters or the status');
  for (const add of [
    addShowMapCache,
    addShowForwarding,
    addShowDatabase,
    addShowDynamicEid,
    addShowAway,
    addShowSmr,
    addShowSite,
    addShowStatistics,
    addShowStatus,
  ])
    add(show);
  addClearMapCache(program.command('clear').description('remove learnt entries'));
  addLig(program);
  addEvents(program);
  return program;
}

const MAX_INSTANCE_ID = 0xff_ffff;

function instanceId(text: string): number {
  const id = Number(text);
  if (/^\d{1,8}$/.test(text) && id <= MAX_INSTANCE_ID) return id;
  throw new InvalidArgumentError(`It is a number from 0 to ${MAX_INSTANCE_ID}.`);
}
