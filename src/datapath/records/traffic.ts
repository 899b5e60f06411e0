// SPDX-License-Identifier: Apache-2.0
import type { Traffic } from '#core/ports.js';
import { xtr_traffic } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';

/** The sum of struct xtr_traffic over all possible CPUs. */
export function decodeTraffic(bytes: Uint8Array): Traffic {
  const struct = new StructBytes(bytes);
  let packets = 0n;
  let octets = 0n;
  for (let at = 0; at < bytes.length; at += xtr_traffic.bytes) {
    packets += struct.u64(at + xtr_traffic.offset.packets);
    octets += struct.u64(at + xtr_traffic.offset.bytes);
  }
  return { packets: Number(packets), bytes: Number(octets) };
}
