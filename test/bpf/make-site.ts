// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { ipCommands, jumboCommands } from './site.js';

const SYSCTLS = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv6.conf.default.accept_dad=0',
];

/** There is no route from there. */
const STRANGE_SYSCTLS = ['net.ipv4.conf.strange.forwarding=0', 'net.ipv6.conf.strange.forwarding=0'];

/** Makes the router of site.ts of this network namespace: one process, for many take long where they are emulated. */
export function makeSite(jumbo = false): void {
  execFileSync('sysctl', ['-qw', ...SYSCTLS]);
  execFileSync('ip', ['-batch', '-'], {
    input: [...ipCommands(), ...(jumbo ? jumboCommands() : [])].join('\n'),
  });
  execFileSync('sysctl', ['-qw', ...STRANGE_SYSCTLS]);
}
