// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatSmr } from '#cli/format/smr.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowSmr(show: Command): void {
  addTableCommand(show, {
    name: 'smr',
    method: 'smr',
    summary: 'EIDs about which Solicit-Map-Requests are sent, and their receivers',
    argument: 'address or prefix: the entry with the longest match',
    examples: ['xtrctl show smr', 'xtrctl show smr 1.1.1.1'],
    noun: 'SMR entry',
    format: formatSmr,
  });
}
