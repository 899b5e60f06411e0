// SPDX-License-Identifier: Apache-2.0
import type { Traffic } from '#core/ports.js';
import { xtr_punt_outcome, xtr_reason } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { decodeTraffic } from '#datapath/records/traffic.js';

type Name = readonly [name: string, index: number];

/** Members of an enum: XTR_REASON_NO_USABLE_LOCATOR is 'no-usable-locator'. The last one is their number. */
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

/** xtr_counters by name: every way that packets left the programs. Their sum is the number of packets that came in. */
export const readReasons = (map: BpfMap): Record<string, Traffic> => read(map, REASONS);

/** xtr_punt_counters by name: what became of punts. */
export const readPuntOutcomes = (map: BpfMap): Record<string, Traffic> => read(map, OUTCOMES);
