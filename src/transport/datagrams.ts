// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';

export interface ReceivedDatagram {
  readonly from: Address;
  readonly fromPort: number;
  /** A view of the batch in which it was received. */
  readonly bytes: Uint8Array;
}

/** Address and port of the sender, and the length. The addon puts them in front of each datagram. */
const HEADER_BYTES = 16 + 2 + 2;

/**
 * The datagrams that a socket of this family received in one turn of the event loop: see openUdpSocket in
 * native/index.d.ts.
 */
export function* datagramsIn(batch: Uint8Array, family: 4 | 6): Generator<ReceivedDatagram> {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < batch.length;) {
    const bits =
      family === 4 ? BigInt(view.getUint32(at)) : (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
    const fromPort = view.getUint16(at + 16);
    const start = at + HEADER_BYTES;
    at = start + view.getUint16(at + 18);
    yield { from: { family, bits }, fromPort, bytes: batch.subarray(start, at) };
  }
}
