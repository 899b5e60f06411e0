// SPDX-License-Identifier: Apache-2.0
// Commands and results of the kernel's packet generator (Documentation/networking/pktgen.rst).
import { formatAddress, parseAddress } from '#addr/index.js';
import { PLAIN_PORT } from './frame.js';
import { FIRST_PORT } from './flows.js';
import type { StreamSpec } from './stream.js';
import { formatMac } from '#scripts/kit/netns.js';

/**
 * The smallest frames without checksum: of an Ethernet with IPv4; with IPv6, Ethernet, IP and UDP header and the 16 bytes
 * that pktgen puts behind them.
 */
export const SMALLEST_BYTES = { 4: 60, 6: 14 + 40 + 8 + 16 } as const;

/** UDP from a host to one EID: no LISP data packets, and no destinations by the prefixes of a table. */
export function expressible({ frame, flows }: Pick<StreamSpec, 'frame' | 'flows'>): boolean {
  return frame.shape.rloc === undefined && 'address' in flows.to;
}

function destination({ to }: StreamSpec['flows']): string {
  if (!('address' in to)) throw new Error('pktgen cannot send to the prefixes of a table');
  const bits = to.address.reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n);
  return formatAddress({ family: to.address.length === 4 ? 4 : 6, bits });
}

/** Lines for the file of the device. Every packet is made anew, as with live frames. */
export function deviceCommands({ frame, flows }: StreamSpec, packets: number): readonly string[] {
  const family = frame.shape.eid;
  const [source, target] = family === 4 ? ['src_min', 'dst_min'] : ['src6', 'dst6'];
  const sourceEid = formatAddress(parseAddress(frame.sourceEid));
  return [
    `count ${packets}`,
    ...['clone_skb 0', 'delay 0', 'flag NO_TIMESTAMP'],
    `pkt_size ${SMALLEST_BYTES[family]}`,
    `dst_mac ${formatMac(frame.toMac)}`,
    `src_mac ${formatMac(frame.fromMac)}`,
    `${target} ${destination(flows)}`,
    ...(family === 4 ? [`dst_max ${destination(flows)}`, `src_max ${sourceEid}`] : []),
    `${source} ${sourceEid}`,
    ...[`udp_dst_min ${PLAIN_PORT}`, `udp_dst_max ${PLAIN_PORT}`],
    // above udp_src_max by one: pktgen draws below it
    ...[`udp_src_min ${FIRST_PORT}`, `udp_src_max ${FIRST_PORT + flows.ports}`, 'flag UDPSRC_RND'],
  ];
}

export interface PktgenResult {
  readonly sent: number;
  readonly duration_ms: number;
}

/** Of the file of the device, after a run. @throws Error when it has not run to its end */
export function parseResult(text: string): PktgenResult {
  const result = /^Result: OK: (\d+)\(c\d+\+d\d+\) usec, (\d+) /m.exec(text);
  if (result === null) throw new Error(`pktgen: ${/^Result: .*$/m.exec(text)?.[0] ?? 'no result'}`);
  return { duration_ms: Number(result[1]) / 1000, sent: Number(result[2]) };
}
