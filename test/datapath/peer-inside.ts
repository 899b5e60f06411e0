// SPDX-License-Identifier: Apache-2.0
// A host: sends UDP and tells what comes.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { emit, serve } from './inside.js';

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: string;
}

const sockets = new Map<string, Socket>();

async function socket(address: string, port: number): Promise<Socket> {
  const key = `${address} ${port}`;
  const known = sockets.get(key);
  if (known) return known;
  const made = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  sockets.set(key, made);
  made.bind(port, address);
  await once(made, 'listening');
  made.on('message', (bytes, { address: from }) => emit('datagram', { bytes, from } satisfies Datagram));
  return made;
}

serve({
  async listen(address: string, port: number) {
    await socket(address, port);
  },
  /** One datagram after the other, `interval_ms` apart. */
  async send(from: string, to: string, port: number, payloads: readonly Uint8Array[], interval_ms = 0) {
    const sender = await socket(from, port);
    const send = promisify<Uint8Array, number, string>(sender.send.bind(sender));
    for (const payload of payloads) {
      await send(payload, port, to);
      if (interval_ms > 0) await promisify(setTimeout)(interval_ms);
    }
  },
});
