// SPDX-License-Identifier: Apache-2.0
// A decoder for records of the ring buffer, written by hand from struct xtr_punt (bpf/layout).

export const MAP_CACHE_MISS = 0;
export const EID_DETECTED = 1;
export const STALE = 2;
export const NO_NEIGHBOUR = 3;
export const TOO_BIG = 4;
export const FRAGMENT = 5;
export const TTL_EXPIRED = 6;
export const CORE_ICMP = 7;

export interface PuntRecord {
  readonly time_ns: bigint;
  readonly reason: number;
  readonly ifindex: number;
  readonly instanceId: number;
  readonly packetBytes: number;
  readonly capturedBytes: number;
  readonly eidFamily: number;
  readonly rlocFamily: number;
  readonly mtuBytes: number;
  readonly sourceEid: Uint8Array;
  readonly destinationEid: Uint8Array;
  readonly outerSource: Uint8Array;
  readonly frame: Uint8Array;
}

export const HEADER_BYTES = 88;

export function decodePunt(bytes: Uint8Array): PuntRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number) => view.getUint32(offset, true);
  const capturedBytes = word(24);
  return {
    time_ns: view.getBigUint64(0, true),
    reason: word(8),
    ifindex: word(12),
    instanceId: word(16),
    packetBytes: word(20),
    capturedBytes,
    eidFamily: word(28),
    rlocFamily: word(32),
    mtuBytes: word(36),
    sourceEid: bytes.slice(40, 56),
    destinationEid: bytes.slice(56, 72),
    outerSource: bytes.slice(72, 88),
    frame: bytes.slice(HEADER_BYTES, HEADER_BYTES + capturedBytes),
  };
}
