// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** Members of an enum in their order, as the agent names them, without the last one, which is their number. */
function members(file: string, prefix: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(new RegExp(`^\\t${prefix}(\\w+)`, 'gm'))].map(
    ([, name = '']) => name.toLowerCase().replaceAll('_', '-'),
  );
}

/** The index is that of xtr_counters. */
export const REASONS = members('bpf/reasons.h', 'XTR_REASON_').slice(0, -1);

/** The index is that of xtr_punt_counters. */
export const PUNT_OUTCOMES = members('bpf/layout/punt.h', 'XTR_PUNT_OUTCOME_');
