// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/ports.js';

/** setTimeout takes 31 bits of milliseconds; a later deadline is waited for in steps. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns, so that times from the kernel compare with ours. */
export function systemClock(): Clock {
  let timer: NodeJS.Timeout | undefined;
  const now = (): number => Number(process.hrtime.bigint()) / 1e6;
  const wakeAt = (at_ms: number | undefined, wake: () => void): void => {
    clearTimeout(timer);
    timer = undefined;
    if (at_ms === undefined) return;
    const wait_ms = Math.min(Math.max(0, Math.ceil(at_ms - now())), MAX_TIMEOUT_MS);
    timer = setTimeout(wake, wait_ms);
  };
  return { now, wakeAt };
}
