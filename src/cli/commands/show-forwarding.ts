// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatForwarding, formatForwardingDetail } from '#cli/format/forwarding.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowForwarding(show: Command): void {
  addTableCommand(show, {
    name: 'forwarding',
    method: 'forwarding',
    summary: 'what the BPF tries in the kernel do with packets, read back from them',
    argument: 'address or prefix: the entry that a packet to it meets',
    examples: ['xtrctl show forwarding', 'xtrctl show forwarding 1.1.1.1'],
    noun: 'forwarding entry',
    format: formatForwarding,
    formatOne: formatForwardingDetail,
  });
}
