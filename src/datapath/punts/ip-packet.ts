// SPDX-License-Identifier: Apache-2.0
// Just enough of Ethernet, IPv4 and IPv6 to give a frame's packet to the kernel.

const ETHERNET_BYTES = 14;
const ETHERTYPE_OFFSET = 12;
const ETHERTYPES = new Map<number, 4 | 6>([
  [0x0800, 4],
  [0x86dd, 6],
]);
const HEADER_BYTES = { 4: 20, 6: 40 } as const;
/** Of the TTL, which IPv6 calls hop limit. */
const TTL_OFFSET = { 4: 8, 6: 7 } as const;

export interface IpPacket {
  readonly family: 4 | 6;
  /** From the IP header on, as long as the header says. */
  readonly bytes: Uint8Array;
}

/** The IP packet of an untagged frame, without padding. Undefined: it is none, or not whole. */
export function ipPacketOf(frame: Uint8Array): IpPacket | undefined {
  if (frame.length < ETHERNET_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const family = ETHERTYPES.get(view.getUint16(ETHERTYPE_OFFSET));
  if (family === undefined || frame.length < ETHERNET_BYTES + HEADER_BYTES[family]) return undefined;
  if (view.getUint8(ETHERNET_BYTES) >> 4 !== family) return undefined;
  const length = family === 4 ? view.getUint16(ETHERNET_BYTES + 2) : 40 + view.getUint16(ETHERNET_BYTES + 4);
  if (length < HEADER_BYTES[family] || ETHERNET_BYTES + length > frame.length) return undefined;
  return { family, bytes: frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + length) };
}

/** As a router forwards it: one hop less. Undefined: it had none left. The kernel writes the IPv4 checksum. */
export function oneHopFurther({ family, bytes }: IpPacket): IpPacket | undefined {
  const ttl = bytes[TTL_OFFSET[family]] ?? 0;
  if (ttl <= 1) return undefined;
  const copy = bytes.slice();
  copy[TTL_OFFSET[family]] = ttl - 1;
  return { family, bytes: copy };
}
