// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatDatabase } from '#cli/format/database.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowDatabase(show: Command): void {
  addTableCommand(show, {
    name: 'database',
    method: 'database',
    summary: 'EIDs behind this router, with their locators and registrations',
    argument: 'address or prefix: the entry with the longest match',
    examples: ['xtrctl show database', 'xtrctl --instance-id 7 show database'],
    noun: 'database entry',
    format: formatDatabase,
  });
}
