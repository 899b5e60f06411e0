// SPDX-License-Identifier: Apache-2.0
import type { BpfMap, MapByName } from '#datapath/native.js';
import { type DataPathInterface, type DataPathOptions, DEFAULT_PUNT_LIMITS } from '#datapath/options.js';
import { u32Codec } from '#datapath/records/codec.js';
import {
  encodeInterface,
  encodeInterfaceKey,
  encodePort,
  encodeRloc,
  encodeSettings,
} from '#datapath/records/interface.js';
import { rawKeys } from '#datapath/tables/typed-map.js';

/** Writes the maps that follow from the configuration; what an earlier one left in them goes last. */
export function writeConfiguration(map: MapByName, options: DataPathOptions): void {
  const { interfaces, localRlocs } = options;
  const key = u32Codec.encode;
  map('xtr_settings').update(key(0), encodeSettings(options.puntLimits ?? DEFAULT_PUNT_LIMITS));
  replace(
    map('xtr_local_rlocs'),
    localRlocs.map((rloc) => [encodeRloc(rloc), key(1)]),
  );
  replace(
    map('xtr_ports'),
    interfaces.map(({ ifindex }) => [key(ifindex), encodePort(ifindex)]),
  );
  replace(
    map('xtr_interfaces'),
    interfaces.map((each) => [encodeInterfaceKey(each.ifindex), encodeInterface(each)]),
  );
}

/** Adds one interface, or writes it again. @throws BpfError, also when it is gone by now */
export function writeInterface(map: MapByName, target: DataPathInterface): void {
  const { ifindex } = target;
  map('xtr_ports').update(u32Codec.encode(ifindex), encodePort(ifindex));
  map('xtr_interfaces').update(encodeInterfaceKey(ifindex), encodeInterface(target));
}

/** Removes one interface; the kernel may have taken it out of xtr_ports already. */
export function removeInterface(map: MapByName, ifindex: number): void {
  map('xtr_interfaces').delete(encodeInterfaceKey(ifindex));
  map('xtr_ports').delete(u32Codec.encode(ifindex));
}

function replace(map: BpfMap, entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): void {
  const text = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const kept = new Set(entries.map(([key]) => text(key)));
  for (const [key, value] of entries) map.update(key, value);
  for (const key of rawKeys(map)) if (!kept.has(text(key))) map.delete(key);
}
