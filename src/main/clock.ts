// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '#core/ports.js';

/** setTimeout takes 31 bits of milliseconds. A later deadline is reached in several steps. */
const MAX_TIMEOUT_ms = 2 ** 31 - 1;

/**
 * @param monotonic CLOCK_MONOTONIC in milliseconds, the clock of bpf_ktime_get_ns, so that times from the kernel
 * compare
 */
export function wakingClock(monotonic: () => number): Clock {
  let timer: NodeJS.Timeout | undefined;
  let armed_ms: number | undefined;
  const wakeAt = (at_ms: number | undefined, wake: () => void): void => {
    if (timer !== undefined && at_ms === armed_ms) return; // most inputs do not change the deadline
    clearTimeout(timer);
    timer = undefined;
    armed_ms = at_ms;
    if (at_ms === undefined) return;
    const wait_ms = Math.min(Math.max(0, Math.ceil(at_ms - monotonic())), MAX_TIMEOUT_ms);
    timer = setTimeout(() => {
      timer = undefined;
      wake();
    }, wait_ms);
  };
  return { now: monotonic, wakeAt };
}
