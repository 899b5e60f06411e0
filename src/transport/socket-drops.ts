// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { CONTROL_PORT } from './control-socket.js';

/**
 * Datagrams that the kernel dropped on our sockets, because their receive buffers were full or the UDP checksum was
 * wrong: the last column of /proc/net/udp and udp6, by local address and port. Without that column the count is 0.
 */
export function socketDrops(addresses: readonly string[]): number {
  const ours = new Set(addresses);
  let drops = 0;
  for (const file of ['udp', 'udp6']) {
    for (const line of read(`/proc/self/net/${file}`).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (ours.has(columns[1] ?? '')) drops += Number(columns.at(-1));
    }
  }
  return drops;
}

/** An address with port 4342 as /proc/net writes it: 32-bit words in host byte order. */
export function procNetAddress(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4)
    text += view.getUint32(at, littleEndian).toString(16).padStart(8, '0').toUpperCase();
  return `${text}:${CONTROL_PORT.toString(16).padStart(4, '0').toUpperCase()}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // no IPv6, or no /proc
  }
}
