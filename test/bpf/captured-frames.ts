// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

const GLOBAL_HEADER = 24;
const RECORD_HEADER = 16;
const LISP_DATA = 4341;

/** IP packets to UDP 4341 of a little-endian pcap file of Ethernet frames, without options and extension headers. */
export function capturedFrames(file: URL): Uint8Array[] {
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer);
  const packets: Uint8Array[] = [];
  for (let at = GLOBAL_HEADER; at < bytes.length;) {
    const length = view.getUint32(at + 8, true);
    const ip = at + RECORD_HEADER + 14;
    const version = (bytes[ip] ?? 0) >> 4;
    const udp = ip + (version === 4 ? 20 : 40);
    const protocol = bytes[ip + (version === 4 ? 9 : 6)];
    if (protocol === 17 && view.getUint16(udp + 2) === LISP_DATA) {
      packets.push(bytes.slice(ip, at + RECORD_HEADER + length));
    }
    at += RECORD_HEADER + length;
  }
  return packets;
}
