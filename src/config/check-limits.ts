// SPDX-License-Identifier: Apache-2.0
import type { Draft } from './draft.js';
import type { Report } from './problem.js';

export function checkLimits({ limits, dataPath, recordTtl_ms }: Draft, report: Report): void {
  const perEid = limits?.['held-packets-per-eid'];
  if (limits && perEid !== undefined && perEid > limits['held-packets'])
    report(
      ['limits', 'held-packets-per-eid'],
      `${perEid} packets for one EID are more than the ${limits['held-packets']} for all`,
      'write at most held-packets',
    );
  const ring = dataPath?.['punt-ring-bytes'];
  if (ring !== undefined && (ring & (ring - 1)) !== 0)
    report(
      ['data-path', 'punt-ring-bytes'],
      `${ring} is not a power of two`,
      `write ${2 ** Math.round(Math.log2(ring))}`,
    );
  if (recordTtl_ms !== undefined && recordTtl_ms % 60_000 !== 0)
    report(
      ['record-ttl'],
      'a record TTL has whole minutes (RFC 9301 section 5.4)',
      'write minutes, such as 90m',
    );
}
