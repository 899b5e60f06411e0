// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** Names of the members of an enum in order, in the agent's spelling, without the final count. */
function members(file: string, prefix: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(new RegExp(`^\\t${prefix}(\\w+)`, 'gm'))].map(
    ([, name = '']) => name.toLowerCase().replaceAll('_', '-'),
  );
}

/** By index of xtr_counters. */
export const REASONS = members('bpf/reasons.h', 'XTR_REASON_').slice(0, -1);

/** By index of xtr_punt_counters. */
export const PUNT_OUTCOMES = members('bpf/layout/punt.h', 'XTR_PUNT_OUTCOME_');
