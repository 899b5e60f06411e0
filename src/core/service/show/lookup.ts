// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { LookupResult } from '#control/contract/effect.js';
import type { LookupView, MapCacheEntryView } from '#core/service/views.js';

export function lookupView(
  eid: string,
  result: LookupResult,
  mapping: MapCacheEntryView | undefined,
): LookupView {
  return {
    eid,
    outcome: result.outcome,
    rtt_ms: result.rtt_ms,
    from: result.from ? formatAddress(result.from) : null,
    attempts: result.attempts,
    mapping: mapping ?? null,
  };
}
