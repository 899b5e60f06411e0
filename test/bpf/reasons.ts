// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** In the order of bpf/reasons.h, as the agent names them: the index is that of xtr_counters. */
export const REASONS = [...readFileSync('bpf/reasons.h', 'utf8').matchAll(/^\tXTR_REASON_(\w+)/gm)]
  .map(([, name = '']) => name.toLowerCase().replaceAll('_', '-'))
  .filter((name) => name !== 'count');
