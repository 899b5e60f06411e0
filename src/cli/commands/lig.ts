// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { CommandError, EXIT } from '#cli/exit-code.js';
import { formatFailedLookup, formatLookup } from '#cli/format/lookup.js';
import { print } from '#cli/output.js';
import { examples, globalOptions, json, withAgent } from '#cli/session.js';

export function addLig(program: Command): void {
  program
    .command('lig')
    .summary('ask the mapping system for an EID (LISP Internet Groper, RFC 6835)')
    .description(
      'Sends a Map-Request for an EID, waits for the Map-Reply, and shows the mapping. The mapping also goes into the map-cache.',
    )
    .argument('<EID>', 'address')
    .option('--to <RLOC>', 'ask this address in place of a configured Map-Resolver')
    .addHelpText('after', examples('xtrctl lig 1.1.1.1', 'xtrctl lig 1.1.1.1 --to 9.9.9.9'))
    .action(async (eid: string, { to }: { to?: string }, command: Command) => {
      const options = globalOptions(command);
      const { instanceId } = options;
      await withAgent(options, async (agent) => {
        const lookup = await agent.call('lookup', {
          eid,
          ...(instanceId !== undefined && { instanceId }),
          ...(to !== undefined && { to }),
        });
        if (options.json) await print(json(lookup));
        else if (lookup.outcome === 'reply') await print(formatLookup(lookup));
        if (lookup.outcome !== 'reply') throw new CommandError(EXIT.refused, formatFailedLookup(lookup));
      });
    });
}
