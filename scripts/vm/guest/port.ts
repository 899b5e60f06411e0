// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { portName } from './protocol.js';

const PORTS_DIRECTORY = '/sys/class/virtio-ports';
const POLL_ms = 500;

export interface Connection {
  readonly lines: AsyncIterable<string>;
  readonly output: Writable;
}

function devicePath(port: number): string {
  const device = readdirSync(PORTS_DIRECTORY).find(
    (name) => readFileSync(`${PORTS_DIRECTORY}/${name}/name`, 'utf8').trim() === portName(port),
  );
  if (device === undefined) throw new Error(`the machine has no port ${portName(port)}`);
  return `/dev/${device}`;
}

/** Waits until the host has the other end open. The host sends nothing before the guest does, so no data is lost here. */
async function connected(path: string): Promise<void> {
  // One descriptor for all polls: opening takes a round trip to the emulator.
  const device = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) {
      readSync(device, Buffer.alloc(1)); // end of file: the host has not connected
      await delay(POLL_ms);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  } finally {
    closeSync(device);
  }
}

/**
 * Waits for the host to connect; resolves when it has gone. Node has no streams for a character device that blocks, so
 * two processes copy: they inherit the one descriptor that the driver allows.
 */
export async function serveOnce(port: number, serve: (connection: Connection) => void): Promise<void> {
  const path = devicePath(port);
  await connected(path);
  const device = openSync(path, 'r+');
  const input = spawn('cat', { stdio: [device, 'pipe', 'inherit'] }) as ChildProcess & { stdout: Readable };
  const output = spawn('cat', { stdio: ['pipe', device, 'inherit'] }) as ChildProcess & { stdin: Writable };
  closeSync(device);
  output.stdin.on('error', () => undefined); // the host has gone; the reader ends too
  serve({ lines: createInterface({ input: input.stdout, crlfDelay: Infinity }), output: output.stdin });
  await once(input, 'close');
  output.kill('SIGKILL');
  if (output.exitCode === null && output.signalCode === null) await once(output, 'exit');
}
