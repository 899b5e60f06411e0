// SPDX-License-Identifier: Apache-2.0
import { createSocket } from 'node:dgram';
import { decodePacket, PORT } from './packet.js';

/** What a receiver prints when it is told to stop. */
export interface Received {
  /** In the order of arrival: sequence number, send time, time of arrival; CLOCK_MONOTONIC ms. */
  readonly packets: readonly (readonly [sequence: number, sent_ms: number, at_ms: number])[];
}

const RECEIVE_BUFFER_BYTES = 4 << 20;

/** Receives on `address` until SIGTERM, and then what is on its way until nothing comes. Prints 'ready' first. */
export function receive(address: string, quiet_ms: number): void {
  const packets: [number, number, number][] = [];
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let finish: NodeJS.Timeout | undefined;

  socket.on('message', (payload) => {
    const at_ms = Number(process.hrtime.bigint()) / 1e6;
    const packet = decodePacket(payload);
    if (!packet) return;
    packets.push([packet.sequence, Number(packet.sent_ns) / 1e6, at_ms]);
    finish?.refresh();
  });
  socket.bind(PORT, address, () => {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    console.log('ready');
  });
  process.once('SIGTERM', () => {
    finish = setTimeout(() => {
      socket.close(() => console.log(JSON.stringify({ packets } satisfies Received)));
    }, quiet_ms);
  });
}
