// SPDX-License-Identifier: Apache-2.0
// A reader for classic pcap files, as far as the captures of the tests need it: UDP over IPv4 and IPv6 without options,
// extension headers and fragments, on Ethernet or Linux cooked sockets. It is independent of src, so that errors there
// are found.
import { readFileSync } from 'node:fs';

export interface Datagram {
  /** Number of the packet in the file, from 1. */
  readonly number: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** Bytes before the IP header, by link type: Ethernet, Linux cooked (SLL), SLL2. */
const LINK_HEADER_LENGTH = new Map([
  [1, 14],
  [113, 16],
  [276, 20],
]);

const GLOBAL_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const LITTLE_ENDIAN_MAGIC = 0xa1b2c3d4;

/** All UDP datagrams of a file in order; packets of other protocols are skipped. */
export function readPcap(file: URL): Datagram[] {
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer);
  const littleEndian = view.getUint32(0, true) === LITTLE_ENDIAN_MAGIC;
  const linkHeaderLength = LINK_HEADER_LENGTH.get(view.getUint32(20, littleEndian));
  if (linkHeaderLength === undefined) throw new Error(`${file.href}: unknown link type`);
  const datagrams: Datagram[] = [];
  let offset = GLOBAL_HEADER_LENGTH;
  for (let number = 1; offset < bytes.length; number++) {
    const length = view.getUint32(offset + 8, littleEndian);
    offset += RECORD_HEADER_LENGTH;
    const datagram = readIp(bytes.subarray(offset + linkHeaderLength, offset + length), number);
    if (datagram) datagrams.push(datagram);
    offset += length;
  }
  return datagrams;
}

function readIp(packet: Uint8Array, number: number): Datagram | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet[9] === 17) return readUdp(packet.subarray(20), number);
  if (version === 6 && packet[6] === 17) return readUdp(packet.subarray(40), number);
  return undefined;
}

function readUdp(datagram: Uint8Array, number: number): Datagram {
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  return {
    number,
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    payload: new Uint8Array(datagram.subarray(8, view.getUint16(4))),
  };
}
