// SPDX-License-Identifier: Apache-2.0
// Three namespaces: a host with an EID, its xTR, and the far end with the remote RLOC; all with IPv4 and IPv6.
//
//   host 5.5.5.5 -- e0 xtr r0 -- far 2.2.2.2
import { dirname } from 'node:path';
import type { ExecutionContext } from 'ava';
import { parseAddress } from '#addr/index.js';
import type { Punt } from '#control/contract/inputs.js';
import { addNamespace, addVeth, mountBpffs, run } from '#test/native/sandbox.js';
import type { OptionsInside } from './agent-inside.js';
import { Inside } from './inside.js';
import { SIZES } from './open-here.js';
import type { Datagram } from './peer-inside.js';

export const HOST = { 4: '5.5.5.5', 6: '2001:db8:5::5' } as const;
export const OUR_RLOC = { 4: '4.4.4.4', 6: '2001:db8::4' } as const;
export const FAR_RLOC = { 4: '2.2.2.2', 6: '2001:db8::2' } as const;
/** The remote host, behind the far end. */
export const REMOTE = { 4: '1.1.1.1', 6: '2001:db8:1::1' } as const;
const UNDERLAY = { 4: ['192.0.2.4', '192.0.2.2'], 6: ['2001:db8:100::4', '2001:db8:100::2'] } as const;
const EID_GATEWAY = { 4: '5.5.5.1', 6: '2001:db8:5::1' } as const;
const length = (address: string): number => (address.includes(':') ? 128 : 32);

export interface Site {
  readonly xtr: string;
  readonly host: string;
  readonly far: string;
  readonly options: OptionsInside;
  readonly farOptions: OptionsInside;
}

export function buildSite(t: ExecutionContext): Site {
  const [host, xtr, far] = [addNamespace(t), addNamespace(t), addNamespace(t)];
  addVeth(
    { namespace: host, name: 'h0', addresses: [`${HOST[4]}/24`, `${HOST[6]}/64`] },
    { namespace: xtr, name: 'e0', addresses: [`${EID_GATEWAY[4]}/24`, `${EID_GATEWAY[6]}/64`] },
  );
  addVeth(
    { namespace: xtr, name: 'r0', addresses: [`${UNDERLAY[4][0]}/24`, `${UNDERLAY[6][0]}/64`] },
    { namespace: far, name: 'f0', addresses: [`${UNDERLAY[4][1]}/24`, `${UNDERLAY[6][1]}/64`] },
  );
  for (const family of [4, 6] as const) {
    addAddress(xtr, OUR_RLOC[family]);
    for (const address of [FAR_RLOC[family], REMOTE[family]]) {
      addAddress(far, address);
      route(xtr, address, UNDERLAY[family][1]);
    }
    route(far, OUR_RLOC[family], UNDERLAY[family][0]);
    run('ip', '-n', host, `-${family}`, 'route', 'add', 'default', 'via', EID_GATEWAY[family]);
  }
  for (const router of [xtr, far])
    inside(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  // XDP does not complete partial checksums. A veth accepts redirected frames only if its peer has GRO or XDP.
  inside(host, 'ethtool', '-K', 'h0', 'tx', 'off', 'gro', 'on');
  inside(far, 'ethtool', '-K', 'f0', 'gro', 'on');
  const bpfFilesystem = dirname(mountBpffs(t));
  return { host, xtr, far, options: siteOptions(bpfFilesystem), farOptions: farOptions(bpfFilesystem) };
}

function siteOptions(bpfFilesystem: string): OptionsInside {
  return {
    name: 'xtrt',
    bpfFilesystem,
    xdpMode: 'auto',
    interfaces: [
      { name: 'e0', roles: ['eid'], instanceId: 0 },
      { name: 'r0', roles: ['rloc'], instanceId: 0 },
    ],
    localRlocs: [OUR_RLOC[4], OUR_RLOC[6]].map(parseAddress),
    locatorStatusBits: false,
    sizes: SIZES,
    bpfDirectory: `${process.cwd()}/bpf/build`,
  };
}

/** Options that make the far end an xTR, too. Its EIDs are its own addresses. */
function farOptions(bpfFilesystem: string): OptionsInside {
  return {
    ...siteOptions(bpfFilesystem),
    name: 'xtrt-far',
    interfaces: [{ name: 'f0', roles: ['rloc'], instanceId: 0 }],
    localRlocs: [FAR_RLOC[4], FAR_RLOC[6]].map(parseAddress),
  };
}

function inside(namespace: string, ...command: readonly string[]): void {
  run('ip', 'netns', 'exec', namespace, ...command);
}

function addAddress(namespace: string, address: string): void {
  run('ip', '-n', namespace, 'address', 'add', `${address}/${length(address)}`, 'dev', 'lo');
}

function route(namespace: string, to: string, via: string): void {
  run('ip', '-n', namespace, 'route', 'add', `${to}/${length(to)}`, 'via', via);
}

/** @param module the agent of another version */
export function startAgent(
  t: ExecutionContext,
  site: Site,
  namespace = site.xtr,
  module = './agent-inside.js',
): Inside {
  return new Inside(t, namespace, module);
}

/** A peer that listens on the address and port, and the datagrams that it receives. */
export async function listen(
  t: ExecutionContext,
  namespace: string,
  address: string,
  port: number,
): Promise<{ peer: Inside; datagrams: AsyncIterableIterator<[Datagram]> }> {
  const peer = new Inside(t, namespace, './peer-inside.js');
  const datagrams = peer.events<Datagram>('datagram');
  await peer.call('listen', address, port);
  return { peer, datagrams };
}

/** The next `count` items of an iterator. */
export async function take<T>(source: AsyncIterableIterator<[T]>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const next: IteratorResult<[T], unknown> = await source.next();
    if (next.done) break;
    taken.push(next.value[0]);
  }
  return taken;
}

/** The next `count` punts of one reason; they come in batches. */
export async function takePunts(
  source: AsyncIterableIterator<[readonly Punt[]]>,
  reason: Punt['reason'],
  count: number,
): Promise<Punt[]> {
  const punts: Punt[] = [];
  while (punts.length < count) {
    const [batch = []] = await take(source, 1);
    punts.push(...batch.filter((punt) => punt.reason === reason));
  }
  return punts;
}
