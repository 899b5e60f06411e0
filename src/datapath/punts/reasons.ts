// SPDX-License-Identifier: Apache-2.0
import type { Traffic } from '#core/ports.js';
import { xtr_punt_outcome, xtr_reason } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { decodeTraffic } from '#datapath/records/traffic.js';

type Name = readonly [name: string, index: number];

/**
 * Names of the members of an enum, such as 'no-usable-locator' for XTR_REASON_NO_USABLE_LOCATOR, without the final
 * count.
 */
function names(members: Readonly<Record<string, number>>, prefix: string): readonly Name[] {
  return Object.entries(members)
    .slice(0, -1)
    .map(([name, value]) => [name.replace(prefix, '').toLowerCase().replaceAll('_', '-'), value] as const);
}

const REASONS = names(xtr_reason, 'XTR_REASON_');
const OUTCOMES = names(xtr_punt_outcome, 'XTR_PUNT_OUTCOME_');

function read(map: BpfMap, of: readonly Name[]): Record<string, Traffic> {
  return Object.fromEntries(
    of.map(([name, value]) => {
      const bytes = map.lookup(u32Codec.encode(value));
      return [name, bytes ? decodeTraffic(bytes) : { packets: 0, bytes: 0 }];
    }),
  );
}

/**
 * xtr_counters by name: one reason for each packet that left the programs. The sum is the number of packets received.
 */
export const readReasons = (map: BpfMap): Record<string, Traffic> => read(map, REASONS);

/** xtr_punt_counters by name: outcomes of punts. */
export const readPuntOutcomes = (map: BpfMap): Record<string, Traffic> => read(map, OUTCOMES);
