// SPDX-License-Identifier: Apache-2.0
// Uses loopback addresses that nothing else uses. test/transport tests the socket with control messages.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { UdpSocket } from '#native';
import { addon } from './addon.js';

const PORT = 4341;
const BUFFER_BYTES = 1 << 20;
const HEADER_BYTES = 20;
const nothing = (): void => undefined;

interface Received {
  readonly address: Uint8Array;
  readonly port: number;
  readonly text: string;
}

function split(batch: Uint8Array): Received[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const all: Received[] = [];
  for (let at = 0; at < batch.length; at += HEADER_BYTES + view.getUint16(at + 18))
    all.push({
      address: batch.slice(at, at + 16),
      port: view.getUint16(at + 16),
      text: Buffer.from(
        batch.subarray(at + HEADER_BYTES, at + HEADER_BYTES + view.getUint16(at + 18)),
      ).toString(),
    });
  return all;
}

function open(
  t: ExecutionContext,
  address: readonly number[],
  onDatagrams: (batch: Uint8Array) => void,
): UdpSocket {
  const socket = addon.openUdpSocket(Uint8Array.from(address), PORT, BUFFER_BYTES, onDatagrams);
  t.teardown(() => socket.close());
  return socket;
}

async function peer(t: ExecutionContext, address: string): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind({ address, port: 0 });
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

const LOOPBACK_V6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
for (const [family, ours, text, theirs] of [
  [4, [127, 77, 0, 1], '127.77.0.1', '127.77.0.2'],
  [6, LOOPBACK_V6, '::1', '::1'],
] as const)
  test(`IPv${family}: a datagram has its source, and the answer reaches it`, async (t) => {
    const other = await peer(t, theirs);
    const { port } = other.address();
    const [socket, batch] = await new Promise<[UdpSocket, Uint8Array]>((resolve) => {
      const opened = open(t, ours, (datagrams) => resolve([opened, datagrams]));
      other.send('hello', PORT, text);
    });
    const address = Uint8Array.from(
      family === 4 ? [127, 77, 0, 2, ...Array<number>(12).fill(0)] : LOOPBACK_V6,
    );
    t.deepEqual(split(batch), [{ address, port, text: 'hello' }]);

    const answered = once(other, 'message') as Promise<[Buffer, { address: string; port: number }]>;
    t.is(socket.send(Buffer.from('and you'), address.slice(0, family === 4 ? 4 : 16), port), 0);
    const [bytes, from] = await answered;
    t.deepEqual([bytes.toString(), from.address, from.port], ['and you', text, PORT]);
  });

test('queued datagrams are delivered in order, at most 32 in one turn of the event loop', async (t) => {
  const other = await peer(t, '127.77.0.4');
  const sizes: number[] = [];
  const texts: string[] = [];
  let turns = 0;
  const all = new Promise<void>((resolve) => {
    open(t, [127, 77, 0, 3], (batch) => {
      const datagrams = split(batch);
      sizes.push(datagrams.length);
      texts.push(...datagrams.map((datagram) => datagram.text));
      setImmediate(() => turns++);
      if (texts.length === 100) resolve();
    });
  });
  const numbers = Array.from({ length: 100 }, (_, i) => String(i));
  // All are sent before the event loop turns.
  await Promise.all(numbers.map((each) => new Promise((sent) => other.send(each, PORT, '127.77.0.3', sent))));
  await all;
  t.deepEqual(texts, numbers);
  t.true(sizes.every((size) => size <= 32));
  t.true(turns >= sizes.length - 1);
});

test('buffers have the requested size, regardless of net.core.rmem_max', (t) => {
  const socket = open(t, [127, 77, 0, 5], nothing);
  t.is(socket.receiveBufferBytes(), 2 * BUFFER_BYTES);
});

test('errors of binding are thrown, errors of sending are returned', (t) => {
  const socket = open(t, [127, 77, 0, 6], nothing);
  const bind = (address: readonly number[], port = PORT) =>
    addon.openUdpSocket(Uint8Array.from(address), port, BUFFER_BYTES, nothing);
  t.throws(() => bind([127, 77, 0, 6]), { code: 'EADDRINUSE' });
  t.throws(() => bind([198, 51, 100, 1]), { code: 'EADDRNOTAVAIL' });
  t.throws(() => bind([1, 2, 3]), { code: 'EINVAL', message: /address has to have 4 or 16 bytes, not 3/ });
  t.throws(() => bind([127, 77, 0, 7], 65_536), { code: 'EINVAL', message: /port has to be at most 65535/ });
  const to = Uint8Array.of(127, 77, 0, 8);
  const refusal = (...sent: Parameters<UdpSocket['send']>) => getSystemErrorName(-socket.send(...sent));
  t.is(refusal(new Uint8Array(65_508), to, 9), 'EMSGSIZE');
  t.is(refusal(new Uint8Array(1), to, 0), 'EINVAL');
  t.is(refusal(new Uint8Array(1), Uint8Array.of(255, 255, 255, 255), 9), 'EACCES');
  t.throws(() => socket.send(new Uint8Array(1), new Uint8Array(5), 9), { code: 'EINVAL' });
});

test('a closed socket delivers nothing, and its address is free at once', async (t) => {
  const other = await peer(t, '127.77.0.9');
  const heard: string[] = [];
  const socket = open(t, [127, 77, 0, 10], () => heard.push('closed'));
  socket.close();
  socket.close();
  t.throws(() => socket.send(new Uint8Array(1), Uint8Array.of(127, 77, 0, 9), 9), { code: 'EBADF' });
  const again = new Promise((resolve) => open(t, [127, 77, 0, 10], resolve));
  other.send('x', PORT, '127.77.0.10');
  await again;
  await delay(10);
  t.deepEqual(heard, []);
});
