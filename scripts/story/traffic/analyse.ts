// SPDX-License-Identifier: Apache-2.0
import type { Received } from './receive.js';
import type { Sent } from './send.js';

/** A span of time by which packets are told apart: when they were sent. */
export interface Phase {
  readonly name: string;
  /** CLOCK_MONOTONIC ms; it lasts until the next phase starts. */
  readonly from_ms: number;
}

export interface PhaseResult {
  readonly phase: string;
  readonly sent: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Arrived after a packet with a higher sequence number (RFC 4737, section 3). */
  readonly reordered: number;
  /** Longest time between two arrivals, of packets sent in this phase. */
  readonly longestGap_ms: number;
  readonly latency_ms: { readonly median: number; readonly highest: number };
}

class Tally {
  sent = 0;
  lost = 0;
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
    if (!arrivals[sequence]) tally.lost++;
  });
  return phases.map(({ name }, i) => summary(name, tallies[i] ?? new Tally()));
}

function summary(phase: string, { latencies_ms, ...counts }: Tally): PhaseResult {
  const sorted = latencies_ms.sort((a, b) => a - b);
  const latency_ms = { median: sorted[sorted.length >> 1] ?? 0, highest: sorted.at(-1) ?? 0 };
  return { phase, ...counts, latency_ms };
}
