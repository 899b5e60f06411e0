// SPDX-License-Identifier: Apache-2.0
import { createSocket } from 'node:dgram';
import { encodePacket, PORT } from './packet.js';

/** What a sender prints when it is told to stop. */
export interface Sent {
  /** Send time of packet n, CLOCK_MONOTONIC ms. */
  readonly times_ms: readonly number[];
  /** Packets that the host itself refused to send; they are among the others. */
  readonly refused: number;
}

/** Sends `rate` packets a second until SIGTERM. Time elapsed decides, so that a late timer is made up for. */
export function send(to: string, rate: number): void {
  const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4');
  const times_ms: number[] = [];
  let refused = 0;
  const start_ns = process.hrtime.bigint();

  const sendDue = (): void => {
    const due = Math.floor((Number(process.hrtime.bigint() - start_ns) * rate) / 1e9);
    while (times_ms.length < due) {
      const now_ns = process.hrtime.bigint();
      const packet = encodePacket(times_ms.length, now_ns);
      times_ms.push(Number(now_ns) / 1e6);
      socket.send(packet, PORT, to, (error) => {
        if (error) refused++;
      });
    }
  };

  // Once a packet: where instructions are emulated, waking up is work.
  const timer = setInterval(sendDue, Math.max(1, Math.floor(1000 / rate)));
  process.once('SIGTERM', () => {
    clearInterval(timer);
    socket.close(() => console.log(JSON.stringify({ times_ms, refused } satisfies Sent)));
  });
}
