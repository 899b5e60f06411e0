// SPDX-License-Identifier: Apache-2.0

/** The two times of an event, milliseconds with fractions. */
export interface EventClock {
  /** Unix time. */
  readonly wall: () => number;
  /** CLOCK_MONOTONIC: the clock of the kernel's own time stamps. */
  readonly monotonic: () => number;
}

const STEP_ms = 2;

/**
 * The clocks of this machine. Date.now() has whole milliseconds only. So the wall time is the monotonic clock plus an
 * offset, which is adjusted when the two clocks drift apart.
 */
export function systemClock(): EventClock {
  // The same clock with another origin. It needs no bigint, which would be allocated for each event.
  const origin_ms = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  const monotonic = (): number => origin_ms + performance.now();
  let offset = Date.now() - monotonic();
  return {
    monotonic,
    wall: () => {
      const now_ms = monotonic();
      const drift = Date.now() - (now_ms + offset);
      if (Math.abs(drift) > STEP_ms) offset += drift;
      return now_ms + offset;
    },
  };
}
