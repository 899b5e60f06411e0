// SPDX-License-Identifier: Apache-2.0
// Data paths without interfaces: real maps and programs, pinned in a BPF file system of the test.
import { dirname } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type EidPrefix, formatEidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import type { Forwarding, ForwardingLocator, LocalEid } from '#control/contract/forwarding.js';
import type { DataPath, ForwardingState, TrieEffect } from '#core/ports.js';
import { type DataPathOptions, openDataPath } from '#datapath/index.js';
import { pinnedMaps } from '#datapath/programs/pin-paths.js';
import { mapSizes } from '#datapath/tables/map-sizes.js';
import type { BpfObject } from '#native';
import { addon } from '#test/native/addon.js';
import { mountBpffs } from '#test/native/sandbox.js';

export const SIZES = { mapCacheEntries: 64, dynamicEids: 16, locatorSets: 8, locators: 8, puntRing: 65_536 };

/** Options of an instance in a BPF file system of its own. */
export function optionsHere(t: ExecutionContext, changes: Partial<DataPathOptions> = {}): DataPathOptions {
  return {
    name: 'xtrt',
    bpfFilesystem: dirname(mountBpffs(t)),
    xdpMode: 'auto',
    interfaces: [],
    localRlocs: [parseAddress('4.4.4.4')],
    locatorStatusBits: false,
    sizes: SIZES,
    ...changes,
  };
}

export function openHere(t: ExecutionContext, options: DataPathOptions): DataPath {
  const dataPath = openDataPath(options);
  t.teardown(() => dataPath.detach());
  return dataPath;
}

/** The pinned maps of a data path. */
export function openPinned(t: ExecutionContext, dataPath: DataPath): BpfObject {
  const { pinPath } = dataPath.status();
  const object = addon.loadObject('bpf/build/eid_ingress.bpf.o', {
    pinPaths: pinnedMaps(pinPath),
    maxEntries: mapSizes(SIZES, addon.numPossibleCpus()),
  });
  t.teardown(() => object.close());
  return object;
}

/** '1.1.1.0/24', or '[7]1.1.1.0/24'. */
export function eid(text: string): EidPrefix {
  const [, instance = '0', prefix = ''] = /^(?:\[(\d+)\])?(.*)$/.exec(text) ?? [];
  return { instanceId: Number(instance), prefix: parsePrefix(prefix) };
}

export function locator(rloc: string, changes: Partial<ForwardingLocator> = {}): ForwardingLocator {
  const address = parseAddress(rloc);
  const source = parseAddress(address.family === 4 ? '4.4.4.4' : '2001:db8::4');
  return { rloc: address, priority: 1, weight: 100, source, usable: true, ...changes };
}

export function encapsulate(...locators: readonly (ForwardingLocator | string)[]): Forwarding {
  return {
    action: 'encapsulate',
    locators: locators.map((each) => (typeof each === 'string' ? locator(each) : each)),
  };
}

export function setMapping(prefix: string, forwarding: Forwarding, expiresAt_ms?: number): TrieEffect {
  return { type: 'map-cache-set', eid: eid(prefix), forwarding, expiresAt_ms };
}

/** A mapping that uses no locators. */
export function drop(prefix: string): TrieEffect {
  return setMapping(prefix, { action: 'drop' });
}

export function deleteMapping(prefix: string): TrieEffect {
  return { type: 'map-cache-delete', eid: eid(prefix) };
}

export function setLocal(prefix: string, entry?: LocalEid): TrieEffect {
  return {
    type: 'local-eid-set',
    eid: eid(prefix),
    entry: entry ?? { kind: 'local', ifindex: 5, dynamic: true },
  };
}

export function deleteLocal(prefix: string): TrieEffect {
  return { type: 'local-eid-delete', eid: eid(prefix) };
}

/** How packets to this host are forwarded. */
export function lookup(dataPath: DataPath, host: string): ForwardingState | undefined {
  return dataPath.lookup(eid(`${host}/${host.includes(':') ? 128 : 32}`));
}

/** The same as text: '1.1.1.0/24 encapsulate', or 'nothing'. */
export function decision(dataPath: DataPath, host: string): string {
  const state = lookup(dataPath, host);
  return state ? `${formatEidPrefix(state.eid)} ${state.action}` : 'nothing';
}

/** Number of used entries, by map name without its prefix. Maps that are empty or not counted are left out. */
export function used(dataPath: DataPath): Record<string, number> {
  const entries = dataPath
    .status()
    .maps.map(({ name, entries: count }) => [name.replace('xtr_', ''), count ?? 0] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
