// SPDX-License-Identifier: Apache-2.0
// LISP data packets in the format of RFC 9300 section 5.3.
import {
  concat,
  DONT_FRAGMENT,
  ip,
  type IpFields,
  lisp,
  type LispFields,
  udp,
} from '#test/helpers/packets.js';
import { type Family, OURS, REMOTE } from './site.js';

export const LISP_DATA = 4341;
export const OUTER_BYTES = { 4: 36, 6: 56 } as const;

/** Header fields that an ITR derives from the flow of a packet. */
export interface Flow {
  readonly sourcePort: number;
  readonly flowLabel: number;
}

export interface TunnelFields extends LispFields, Partial<Flow>, Omit<IpFields, 'source' | 'destination'> {
  readonly udpLength?: number;
  readonly udpChecksum?: number;
  readonly port?: number;
}

/** The inner packet, encapsulated from RLOC `source` to RLOC `destination`. */
export function tunnel(
  source: string,
  destination: string,
  inner: Uint8Array,
  fields: TunnelFields = {},
): Uint8Array {
  const { sourcePort = 0xf000, port = LISP_DATA, udpLength, udpChecksum } = fields;
  const datagram = udp(sourcePort, port, lisp(fields, inner), {
    ...(udpLength === undefined ? {} : { length: udpLength }),
    ...(udpChecksum === undefined ? {} : { check: udpChecksum }),
  });
  return ip({ flagsAndOffset: DONT_FRAGMENT, ...fields, source, destination }, datagram);
}

/** An encapsulated packet from REMOTE. */
export function fromRemote(family: Family, inner: Uint8Array, fields: TunnelFields = {}): Uint8Array {
  return tunnel(REMOTE[family], OURS[family], inner, fields);
}

/** The flow fields of a frame with an encapsulated packet. */
export function flowOf(frame: Uint8Array, family: Family): Flow {
  const view = new DataView(frame.buffer, frame.byteOffset + 14);
  return family === 4
    ? { sourcePort: view.getUint16(20), flowLabel: 0 }
    : { sourcePort: view.getUint16(40), flowLabel: view.getUint32(0) & 0xfffff };
}

/** A payload of recognisable bytes. */
export function payload(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}

/** A frame padded to the Ethernet minimum of 60 bytes. */
export function padded(frame: Uint8Array): Uint8Array {
  return concat(frame, new Uint8Array(Math.max(0, 60 - frame.length)).fill(0xee));
}
