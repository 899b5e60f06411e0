// SPDX-License-Identifier: Apache-2.0
// The receiving part of raw-socket.test.ts; it starts the sending part, itself again, in the other namespace.
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { addon } from './addon.js';
import { ipv4Udp, ipv6Udp } from './packets.js';

const PORT = 9999;
const [, self = '', sender = '', family = '', from = '', to = ''] = process.argv;

async function receive(): Promise<void> {
  const socket = createSocket(family === '4' ? 'udp4' : 'udp6');
  socket.bind(PORT);
  await once(socket, 'listening');
  const received = once(socket, 'message') as Promise<[Buffer, { address: string }]>;
  execFileSync('ip', ['netns', 'exec', sender, process.execPath, self, 'send', family, from, to]);
  const [bytes, { address }] = await received;
  console.log(JSON.stringify({ from: address, text: bytes.toString() }));
  socket.close();
}

function send(): void {
  const socket = addon.openRawSocket(family === '4' ? 4 : 6);
  const packet = family === '4' ? ipv4Udp : ipv6Udp;
  socket.send(packet(from, to, PORT, Buffer.from('hello')));
  socket.close();
}

if (sender === 'send') send();
else await receive();
