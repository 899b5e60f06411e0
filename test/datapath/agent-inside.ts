// SPDX-License-Identifier: Apache-2.0
// A data path with interfaces, in a process inside the namespace of the interfaces.
import { readFileSync } from 'node:fs';
import type { EidPrefix } from '#addr/index.js';
import type { HeldFrame } from '#control/contract/effect.js';
import type { DataPath, TrieEffect } from '#core/ports.js';
import { type DataPathInterface, type DataPathOptions, openDataPath, tearDown } from '#datapath/index.js';
import { emit, serve } from './inside.js';

/** Index and MAC address are looked up inside the namespace. */
export type InterfaceInside = Omit<DataPathInterface, 'ifindex' | 'mac'>;
export type OptionsInside = Omit<DataPathOptions, 'interfaces'> & {
  readonly interfaces: readonly InterfaceInside[];
};

let dataPath: DataPath | undefined;

function resolved(target: InterfaceInside): DataPathInterface {
  const read = (file: string): string => readFileSync(`/sys/class/net/${target.name}/${file}`, 'utf8').trim();
  return {
    ...target,
    ifindex: Number(read('ifindex')),
    mac: Buffer.from(read('address').replaceAll(':', ''), 'hex'),
  };
}

serve({
  open(options: OptionsInside) {
    dataPath = openDataPath({ ...options, interfaces: options.interfaces.map(resolved) });
    dataPath.onPunts((punts) => emit('punts', punts));
    return dataPath.status();
  },
  apply: (effects: readonly TrieEffect[]) => dataPath?.apply(effects),
  inject: (frames: readonly HeldFrame[]) => dataPath?.inject(frames),
  adopted: () => dataPath?.adopted(),
  lookup: (eid: EidPrefix) => dataPath?.lookup(eid),
  traffic: (eid: EidPrefix) => dataPath?.traffic(eid),
  counters: () => dataPath?.counters(),
  interfaceChanged(target: InterfaceInside) {
    dataPath?.interfaceChanged(resolved(target));
    return dataPath?.status().interfaces;
  },
  interfaceGone(name: string) {
    dataPath?.interfaceGone(name);
    return dataPath?.status().interfaces;
  },
  detach: () => dataPath?.detach(),
  tearDown,
});
