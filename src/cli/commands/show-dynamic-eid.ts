// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatDynamicEids } from '#cli/format/dynamic-eid.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowDynamicEid(show: Command): void {
  addTableCommand(show, {
    name: 'dynamic-eid',
    method: 'dynamicEids',
    summary: 'hosts that were learnt in dynamic-EID prefixes',
    argument: 'address: only this host',
    examples: ['xtrctl show dynamic-eid', 'xtrctl --json show dynamic-eid 1.1.1.1'],
    noun: 'dynamic EID',
    format: formatDynamicEids,
  });
}
