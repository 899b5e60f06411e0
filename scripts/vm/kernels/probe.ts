// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: does the data path open here, and which interfaces take native XDP? Prints a Probe as JSON.
import { execFileSync } from 'node:child_process';
import { openDataPath } from '#datapath/index.js';
import { networkLinks } from './links.js';

export type XdpResult = { readonly mode: string } | { readonly refused: string };

export interface Probe {
  readonly release: string;
  readonly veth: XdpResult;
  readonly virtioNet: XdpResult;
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' });
}

function tryInterface(name: string): XdpResult {
  const fallbacks: string[] = [];
  const link = networkLinks().find((each) => each.name === name);
  if (link === undefined) return { refused: `there is no interface ${name}` };
  try {
    const dataPath = openDataPath({
      name: `probe-${name}`,
      bpfFilesystem: '/sys/fs/bpf',
      xdpMode: 'auto',
      interfaces: [{ ...link, roles: ['eid', 'rloc'], instanceId: 0 }],
      localRlocs: [],
      locatorStatusBits: true,
      sizes: { mapCacheEntries: 64, dynamicEids: 64, locatorSets: 8, locators: 8, puntRing: 65_536 },
      onFallback: (_, reason) => fallbacks.push(reason),
    });
    const mode = dataPath.status().interfaces[0]?.mode ?? 'none';
    dataPath.detach();
    return { mode: fallbacks.length > 0 ? `${mode} (${fallbacks.join('; ')})` : mode };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

run('modprobe', 'virtio_net');
run('ip', 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1');
for (const name of ['veth0', 'veth1', 'eth0']) run('ip', 'link', 'set', name, 'up');
const probe: Probe = {
  release: run('uname', '-r').trim(),
  veth: tryInterface('veth0'),
  virtioNet: tryInterface('eth0'),
};
console.log(JSON.stringify(probe));
