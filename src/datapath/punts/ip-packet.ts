// SPDX-License-Identifier: Apache-2.0
// The parts of Ethernet, IPv4 and IPv6 that are needed to give the packet of a frame to the kernel.

const ETHERNET_BYTES = 14;
const ETHERTYPE_OFFSET = 12;
const ETHERTYPES = new Map<number, 4 | 6>([
  [0x0800, 4],
  [0x86dd, 6],
]);
const HEADER_BYTES = { 4: 20, 6: 40 } as const;
/** Offset of the TTL or hop limit. */
const TTL_OFFSET = { 4: 8, 6: 7 } as const;

export interface IpPacket {
  readonly family: 4 | 6;
  /** The packet from the IP header on, with the length given there. */
  readonly bytes: Uint8Array;
}

/** The IP packet of an untagged frame, without padding. Undefined if it is not a complete IP packet. */
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

/** A frame with an IP packet to this MAC address, from zeros. */
export function frameOf(mac: Uint8Array, packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ETHERNET_BYTES + packet.length);
  frame.set(mac);
  new DataView(frame.buffer).setUint16(ETHERTYPE_OFFSET, (packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800);
  frame.set(packet, ETHERNET_BYTES);
  return frame;
}

/**
 * The packet with its TTL decremented, as a router forwards it. The kernel writes the IPv4 checksum.
 * @returns undefined if the TTL is used up
 */
export function oneHopFurther({ family, bytes }: IpPacket): IpPacket | undefined {
  const ttl = bytes[TTL_OFFSET[family]] ?? 0;
  if (ttl <= 1) return undefined;
  const copy = bytes.slice();
  copy[TTL_OFFSET[family]] = ttl - 1;
  return { family, bytes: copy };
}
