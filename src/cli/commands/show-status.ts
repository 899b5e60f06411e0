// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatStatus } from '#cli/format/status.js';
import { print } from '#cli/output.js';
import { examples, globalOptions, json, withAgent } from '#cli/session.js';

const SUMMARY = 'roles, sizes and limits of the agent, its XDP programs and maps, and warnings';

export function addShowStatus(show: Command): void {
  show
    .command('status')
    .summary(SUMMARY)
    .description(SUMMARY)
    .addHelpText('after', examples('xtrctl show status', 'xtrctl --name xtr4 --json show status'))
    .action(async (_options: unknown, command: Command) => {
      const options = globalOptions(command);
      await withAgent(options, async (agent) => {
        const status = await agent.call('status');
        await print(options.json ? json(status) : formatStatus(status));
      });
    });
}
