// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatAway } from '#cli/format/away.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowAway(show: Command): void {
  addTableCommand(show, {
    name: 'away',
    method: 'away',
    summary: 'hosts that moved from here to another xTR',
    argument: 'address or prefix: the entry with the longest match',
    examples: ['xtrctl show away', 'xtrctl show away 1.1.1.1'],
    noun: 'away entry',
    format: formatAway,
  });
}
