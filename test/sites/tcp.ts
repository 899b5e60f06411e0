// SPDX-License-Identifier: Apache-2.0
// A host of test/sites: `tcp.js receive PORT` prints how many bytes one connection brought, `tcp.js send PORT ADDRESS
// BYTES` sends so many.
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [mode, port = '', address = '', bytes = ''] = process.argv.slice(2);
const CHUNK = Buffer.alloc(1 << 16, 'x');
const RETRY_ms = 50;

function receive(): void {
  const server = createServer((socket) => {
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    socket.on('end', () => {
      process.stdout.write(`${received}\n`);
      socket.end();
      server.close();
    });
  });
  server.listen(Number(port), '::');
}

/** Tries until somebody listens, and waits until all is acknowledged. */
async function send(): Promise<void> {
  const socket = connect(Number(port), address);
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  if (!connected) {
    await delay(RETRY_ms);
    return send();
  }
  for (let left = Number(bytes); left > 0; left -= CHUNK.length)
    if (!socket.write(CHUNK.subarray(0, left)))
      await new Promise<void>((resolve) => socket.once('drain', resolve));
  socket.end();
  socket.resume();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

if (mode === 'receive') receive();
else await send();
