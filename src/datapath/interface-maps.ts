// SPDX-License-Identifier: Apache-2.0
import type { BpfMap } from './native.js';
import { type DataPathOptions, DEFAULT_PUNT_LIMITS } from './options.js';
import { u32Codec } from './records/codec.js';
import { encodeInterface, encodePort, encodeRloc, encodeSettings } from './records/interface.js';
import { rawKeys } from './typed-map.js';

/** Writes the maps that follow from the configuration; what an earlier one left in them goes last. */
export function writeConfiguration(map: (name: string) => BpfMap, options: DataPathOptions): void {
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
    interfaces.map((each) => [key(each.ifindex), encodeInterface(each)]),
  );
}

function replace(map: BpfMap, entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): void {
  const text = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const kept = new Set(entries.map(([key]) => text(key)));
  for (const [key, value] of entries) map.update(key, value);
  for (const key of rawKeys(map)) if (!kept.has(text(key))) map.delete(key);
}
