// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';

/** Interfaces of this network namespace. */
export function networkLinks(): {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: Uint8Array;
}[] {
  const links = JSON.parse(execFileSync('ip', ['-json', 'link'], { encoding: 'utf8' })) as {
    ifname: string;
    ifindex: number;
    address: string;
  }[];
  return links.map(({ ifname, ifindex, address }) => ({
    name: ifname,
    ifindex,
    mac: Buffer.from(address.replaceAll(':', ''), 'hex'),
  }));
}
