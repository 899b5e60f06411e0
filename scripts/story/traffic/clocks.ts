// SPDX-License-Identifier: Apache-2.0
import type { Received } from '#scripts/testbed/traffic/receive.js';
import type { Sent } from '#scripts/testbed/traffic/send.js';

/** What to add to the clocks of both ends to have that of the lab process. */
export interface Offsets {
  readonly sender_ms: number;
  readonly receiver_ms: number;
}

/** The times of both ends on the clock of the lab process. */
export function onOneClock(
  { times_ms, refused }: Sent,
  { packets }: Received,
  { sender_ms, receiver_ms }: Offsets,
): [Sent, Received] {
  return [
    { times_ms: times_ms.map((sent_ms) => sent_ms + sender_ms), refused },
    {
      packets: packets.map(
        ([sequence, sent_ms, at_ms]) => [sequence, sent_ms + sender_ms, at_ms + receiver_ms] as const,
      ),
    },
  ];
}
