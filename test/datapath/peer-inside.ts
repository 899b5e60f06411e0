// SPDX-License-Identifier: Apache-2.0
// A host that sends UDP datagrams and reports received ones.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { emit, serve } from './inside.js';

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: string;
}

/** Kernel counters of UDP over IPv4 for the whole namespace. */
export interface UdpCounts {
  /** Datagrams that reached a socket: read, or dropped as its buffer was full. */
  readonly received: number;
  readonly sent: number;
}

/** A stream that is late sends several datagrams at once, at most this many: the queue of a veth holds 256. */
const STREAM_BURST = 32;

const sockets = new Map<string, Socket>();
let streaming = false;

function udpCounts(): UdpCounts {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map((line) => line.split(' '));
  const count = (name: string): number => Number(values[names.indexOf(name)]);
  return { received: count('InDatagrams') + count('RcvbufErrors'), sent: count('OutDatagrams') };
}

async function stream(
  sender: Socket,
  to: string,
  port: number,
  payload: Uint8Array,
  rate_pps: number,
): Promise<void> {
  const start = performance.now();
  for (let sent = 0; streaming; await promisify(setTimeout)(1)) {
    const due = Math.min(((performance.now() - start) * rate_pps) / 1000 - sent, STREAM_BURST);
    for (let i = 0; i < due; i++, sent++) sender.send(payload, port, to);
  }
}

async function socket(
  address: string,
  port: number,
  onDatagram?: (datagram: Datagram) => void,
): Promise<Socket> {
  const key = `${address} ${port}`;
  const known = sockets.get(key);
  if (known) return known;
  const made = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  sockets.set(key, made);
  made.bind(port, address);
  await once(made, 'listening');
  made.on('message', (bytes, { address: from }) => onDatagram?.({ bytes, from }));
  return made;
}

serve({
  async listen(address: string, port: number) {
    await socket(address, port, (datagram) => emit('datagram', datagram));
  },
  /** Sends datagrams until `stopStream`. Received datagrams are only counted. */
  async stream(from: string, to: string, port: number, payload: Uint8Array, rate_pps: number) {
    const sender = await socket(from, port);
    streaming = true;
    void stream(sender, to, port, payload, rate_pps);
  },
  stopStream() {
    streaming = false;
  },
  udpCounts,
  /** Sends datagrams at intervals of `interval_ms`. */
  async send(from: string, to: string, port: number, payloads: readonly Uint8Array[], interval_ms = 0) {
    const sender = await socket(from, port, (datagram) => emit('datagram', datagram));
    const send = promisify<Uint8Array, number, string>(sender.send.bind(sender));
    for (const payload of payloads) {
      await send(payload, port, to);
      if (interval_ms > 0) await promisify(setTimeout)(interval_ms);
    }
  },
});
