// SPDX-License-Identifier: Apache-2.0
import type { Traffic } from '#core/ports.js';
import { xtr_reason } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { decodeTraffic } from '#datapath/records/traffic.js';

/** XTR_REASON_NO_USABLE_LOCATOR is 'no-usable-locator' (bpf/reasons.h). */
const REASONS = Object.entries(xtr_reason)
  .filter(([, value]) => value !== xtr_reason.XTR_REASON_COUNT)
  .map(
    ([name, value]) => [name.replace('XTR_REASON_', '').toLowerCase().replaceAll('_', '-'), value] as const,
  );

/** xtr_counters by name: every way that packets left the programs. */
export function readReasons(map: BpfMap): Record<string, Traffic> {
  return Object.fromEntries(
    REASONS.map(([name, value]) => {
      const bytes = map.lookup(u32Codec.encode(value));
      return [name, bytes ? decodeTraffic(bytes) : { packets: 0, bytes: 0 }];
    }),
  );
}
