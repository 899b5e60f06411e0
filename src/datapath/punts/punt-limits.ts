// SPDX-License-Identifier: Apache-2.0
import { PUNT_REASONS, type PuntReason } from '#control/contract/inputs.js';
import { DEFAULT_PUNT_LIMITS, type PuntLimit, type PuntLimits } from '#datapath/options.js';

/** For rates above the default, the burst is the rate for this time. */
const BURST_s = 0.2;

/** The default limits with other rates, in punts per second and CPU. */
export function puntLimitsAt(rates_pps: Readonly<Record<PuntReason, number>>): PuntLimits {
  const limitOf = (reason: PuntReason): PuntLimit => {
    const limit = DEFAULT_PUNT_LIMITS[reason];
    const rate_pps = rates_pps[reason];
    return { ...limit, rate_pps, burst: Math.max(limit.burst, Math.ceil(rate_pps * BURST_s)) };
  };
  return Object.fromEntries(PUNT_REASONS.map((reason) => [reason, limitOf(reason)])) as unknown as PuntLimits;
}
