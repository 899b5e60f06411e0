// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { EventView } from '#api/protocol.js';
import { formatEvent } from '#cli/format/event.js';
import { print } from '#cli/output.js';
import { examples, globalOptions, withAgent } from '#cli/session.js';

export function addEvents(program: Command): void {
  program
    .command('events')
    .summary('events that the agent has kept, one line each')
    .description(
      'Prints the events that the agent has kept, oldest first. With --json, one JSON object a line.',
    )
    .option('-f, --follow', 'then print each new event, until interrupted')
    .addHelpText(
      'after',
      examples(
        'xtrctl events',
        'xtrctl events --follow',
        'xtrctl --json events -f | jq \'select(.name == "smr-sent")\'',
      ),
    )
    .action(async ({ follow }: { follow?: true }, command: Command) => {
      const options = globalOptions(command);
      const line = (event: EventView): string =>
        `${options.json ? JSON.stringify(event) : formatEvent(event)}\n`;
      await withAgent(options, async (agent) => {
        if (follow) for await (const event of agent.events()) await print(line(event));
        else for (const event of await agent.call('recentEvents')) await print(line(event));
      });
    });
}
