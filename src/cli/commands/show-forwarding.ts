// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatForwarding, formatForwardingDetail } from '#cli/format/forwarding.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowForwarding(show: Command): void {
  addTableCommand(show, {
    name: 'forwarding',
    method: 'forwarding',
    summary: 'forwarding entries in the kernel, read back from the BPF tries',
    argument: 'address or prefix: the entry that a packet to it matches',
    examples: ['xtrctl show forwarding', 'xtrctl show forwarding 1.1.1.1'],
    noun: 'forwarding entry',
    format: formatForwarding,
    formatOne: formatForwardingDetail,
  });
}
