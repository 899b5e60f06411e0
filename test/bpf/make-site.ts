// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { ipCommands, jumboCommands } from './site.js';

const SYSCTLS = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv6.conf.default.accept_dad=0',
];

/** Route lookups from OTHER fail. */
const OTHER_SYSCTLS = ['net.ipv4.conf.other.forwarding=0', 'net.ipv6.conf.other.forwarding=0'];

/** Turns this network namespace into the router of site.ts. Uses few processes, which are slow in emulated machines. */
export function makeSite(jumbo = false): void {
  execFileSync('sysctl', ['-qw', ...SYSCTLS]);
  execFileSync('ip', ['-batch', '-'], {
    input: [...ipCommands(), ...(jumbo ? jumboCommands() : [])].join('\n'),
  });
  execFileSync('sysctl', ['-qw', ...OTHER_SYSCTLS]);
}
