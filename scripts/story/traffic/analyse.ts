// SPDX-License-Identifier: Apache-2.0
import type { Received } from '#scripts/testbed/traffic/receive.js';
import type { Sent } from '#scripts/testbed/traffic/send.js';

/** A span of time: packets belong to the phase in which they were sent. */
export interface Phase {
  readonly name: string;
  /** CLOCK_MONOTONIC ms; it lasts until the next phase starts. */
  readonly from_ms: number;
}

export interface PhaseResult {
  readonly phase: string;
  readonly sent: number;
  readonly lost: number;
  /** When the first and the last of those that were lost had been sent, before the end of the phase; if there are any. */
  readonly lostBeforeEnd_ms: { readonly first: number; readonly last: number } | undefined;
  readonly duplicated: number;
  /** Arrived after a packet with a higher sequence number (RFC 4737, section 3). */
  readonly reordered: number;
  /** Longest time between two arrivals, of packets sent in this phase. */
  readonly longestGap_ms: number;
  readonly latency_ms: { readonly median: number; readonly highest: number };
}

class Tally {
  sent = 0;
  readonly lost_ms: number[] = [];
  duplicated = 0;
  reordered = 0;
  longestGap_ms = 0;
  readonly latencies_ms: number[] = [];
}

/** Packets that were sent before the first phase count in the first. */
export function analyse({ times_ms }: Sent, { packets }: Received, phases: readonly Phase[]): PhaseResult[] {
  const tallies = phases.map(() => new Tally());
  const tallyAt = (sent_ms: number): Tally => {
    const index = phases.findLastIndex(({ from_ms }) => from_ms <= sent_ms);
    return tallies[Math.max(index, 0)] ?? new Tally();
  };

  const arrivals = new Uint8Array(times_ms.length);
  let highest = -1;
  let previous_ms: number | undefined;
  for (const [sequence, sent_ms, at_ms] of packets) {
    const tally = tallyAt(sent_ms);
    if (arrivals[sequence]) tally.duplicated++;
    else if (sequence < highest) tally.reordered++;
    arrivals[sequence] = 1;
    highest = Math.max(highest, sequence);
    tally.latencies_ms.push(at_ms - sent_ms);
    tally.longestGap_ms = Math.max(tally.longestGap_ms, at_ms - (previous_ms ?? at_ms));
    previous_ms = at_ms;
  }
  times_ms.forEach((sent_ms, sequence) => {
    const tally = tallyAt(sent_ms);
    tally.sent++;
    if (!arrivals[sequence]) tally.lost_ms.push(sent_ms);
  });
  const last_ms = times_ms.at(-1) ?? 0;
  return phases.map(({ name }, i) =>
    summary(name, tallies[i] ?? new Tally(), phases[i + 1]?.from_ms ?? last_ms),
  );
}

function summary(phase: string, { latencies_ms, lost_ms, ...counts }: Tally, end_ms: number): PhaseResult {
  const sorted = latencies_ms.sort((a, b) => a - b);
  const latency_ms = { median: sorted[sorted.length >> 1] ?? 0, highest: sorted.at(-1) ?? 0 };
  const [first, last] = [lost_ms.at(0), lost_ms.at(-1)];
  const lostBeforeEnd_ms =
    first === undefined || last === undefined ? undefined : { first: end_ms - first, last: end_ms - last };
  return { phase, lost: lost_ms.length, lostBeforeEnd_ms, ...counts, latency_ms };
}
