// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatStatistics } from '#cli/format/statistics.js';
import { print } from '#cli/output.js';
import { examples, globalOptions, json, withAgent } from '#cli/session.js';

const SUMMARY = 'counters of control plane and data path';

export function addShowStatistics(show: Command): void {
  show
    .command('statistics')
    .summary(SUMMARY)
    .description(SUMMARY)
    .addHelpText(
      'after',
      examples('xtrctl show statistics', 'xtrctl --json show statistics | jq .dataPath.stale'),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = globalOptions(command);
      await withAgent(options, async (agent) => {
        const statistics = await agent.call('statistics');
        await print(options.json ? json(statistics) : formatStatistics(statistics));
      });
    });
}
