// SPDX-License-Identifier: Apache-2.0
import type { MapByName } from '#datapath/native.js';
import { type DataPathInterface, type DataPathOptions, DEFAULT_PUNT_LIMITS } from '#datapath/options.js';
import { u32Codec } from '#datapath/records/codec.js';
import {
  encodeInterface,
  encodeInterfaceKey,
  encodePort,
  encodeRloc,
  encodeSettings,
} from '#datapath/records/interface.js';

/** Of outer headers that do not have the TTL of the inner one: routers of the core never use it up. */
const MAX_TTL = 255;

/** Writes the maps that depend on the configuration only. They are new and empty at each start. */
export function writeConfiguration(map: MapByName, options: DataPathOptions): void {
  const key = u32Codec.encode;
  const { puntLimits = DEFAULT_PUNT_LIMITS, ttlPropagation = true } = options;
  map('xtr_settings').update(key(0), encodeSettings(puntLimits, ttlPropagation ? 0 : MAX_TTL));
  for (const rloc of options.localRlocs) map('xtr_local_rlocs').update(encodeRloc(rloc), key(1));
  for (const target of options.interfaces) writeInterface(map, target);
}

/** Adds or updates one interface. @throws BpfError, also if the interface no longer exists */
export function writeInterface(map: MapByName, target: DataPathInterface): void {
  const { ifindex } = target;
  map('xtr_ports').update(u32Codec.encode(ifindex), encodePort(ifindex));
  map('xtr_interfaces').update(encodeInterfaceKey(ifindex), encodeInterface(target));
}

/** Removes one interface. The kernel may have removed it from xtr_ports already. */
export function removeInterface(map: MapByName, ifindex: number): void {
  map('xtr_interfaces').delete(encodeInterfaceKey(ifindex));
  map('xtr_ports').delete(u32Codec.encode(ifindex));
}
