// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { CommandError, EXIT } from '#cli/exit-code.js';
import { otherInstances } from '#cli/other-instances.js';
import { print } from '#cli/output.js';
import { examples, globalOptions, json, tableQuery, withAgent } from '#cli/session.js';

const SUMMARY = 'remove learnt mappings; configured ones stay';

export function addClearMapCache(clear: Command): void {
  clear
    .command('map-cache')
    .summary(SUMMARY)
    .description(SUMMARY)
    .argument('[EID]', 'address or prefix: remove only the entry with the longest match')
    .addHelpText('after', examples('xtrctl clear map-cache', 'xtrctl clear map-cache 1.1.1.1'))
    .action(async (eid: string | undefined, _options: unknown, command: Command) => {
      const options = globalOptions(command);
      await withAgent(options, async (agent) => {
        const result = await agent.call('clearMapCache', tableQuery(options, eid));
        if (eid !== undefined && result.cleared === 0)
          throw new CommandError(
            EXIT.refused,
            `no learnt map-cache entry matches ${eid}${await otherInstances(agent, options.instanceId)}`,
          );
        await print(options.json ? json(result) : `Cleared map-cache entries: ${result.cleared}\n`);
      });
    });
}
