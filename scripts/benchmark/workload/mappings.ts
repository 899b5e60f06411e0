// SPDX-License-Identifier: Apache-2.0
import type { Address, EidPrefix } from '#addr/index.js';
import type { MapCacheSetEffect } from '#control/contract/effect.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { type EidList, eidList, type TableSpec, wordsOf } from '#scripts/packets/eids.js';

/** Mappings of all EIDs of a table, each to one of some RLOCs. */
export interface MappingSpec {
  readonly table: TableSpec;
  readonly source: Address;
  /** The first RLOC; the others follow it. */
  readonly firstRloc: Address;
  readonly rlocs: number;
}

function locators({ source, firstRloc, rlocs }: MappingSpec): readonly ForwardingLocator[][] {
  return Array.from({ length: rlocs }, (_, i) => {
    const rloc: Address = { family: firstRloc.family, bits: firstRloc.bits + BigInt(i) };
    return [{ rloc, source, priority: 1, weight: 100, usable: true }];
  });
}

export function eidAt(list: EidList, index: number): EidPrefix {
  const words = wordsOf(list.family);
  let bits = 0n;
  for (let i = 0; i < words; i++) bits = (bits << 32n) + BigInt(list.words[index * words + i] ?? 0);
  return {
    instanceId: 0,
    prefix: { address: { family: list.family, bits }, length: list.lengths[index] ?? 0 },
  };
}

/** The table is made at once, which takes long; the mappings one by one. */
export function mappingsOf(spec: MappingSpec): Iterable<MapCacheSetEffect> {
  return mappingsIn(eidList(spec.table), locators(spec));
}

function* mappingsIn(
  list: EidList,
  sets: readonly (readonly ForwardingLocator[])[],
): Iterable<MapCacheSetEffect> {
  for (let i = 0; i < list.count; i++) {
    const forwarding = { action: 'encapsulate', locators: sets[i % sets.length] ?? [] } as const;
    yield { type: 'map-cache-set', eid: eidAt(list, i), forwarding, expiresAt_ms: undefined };
  }
}
