// SPDX-License-Identifier: Apache-2.0
// Lines for the files of pktgen below /proc/net/pktgen. Pure.

export interface Workload {
  /** Of the Ethernet frame without its checksum, as pktgen counts. */
  readonly size_bytes: number;
  readonly flows: number;
  /** With IPv6 a power of two: pktgen draws the bits in which the first and the last differ. */
  readonly eids: number;
  /** In total; undefined: as fast as it goes. */
  readonly rate_pps: number | undefined;
  /** Kernel threads, each on a processor of its own. */
  readonly threads: number;
  readonly duration_s: number;
  readonly ipVersion: 4 | 6;
}

export interface Target {
  readonly device: string;
  readonly mac: string;
  readonly source: string;
  /** The EIDs are this one and those that follow; with IPv6 its last bits are zero. */
  readonly firstEid: string;
}

const FIRST_PORT = 10_000;

/** An address so many further; for IPv6, in the last two groups. */
export function addressAfter(address: string, count: number): string {
  if (!address.includes(':')) {
    const value = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0) + count;
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  }
  const groups = address.split(':');
  const value = parseInt(groups.pop() ?? '0', 16) + count;
  if (value > 0xffff) throw new Error(`no room for ${count} addresses after ${address}`);
  return [...groups, value.toString(16)].join(':');
}

export function eidsOf({ eids }: Pick<Workload, 'eids'>, { firstEid }: Pick<Target, 'firstEid'>): string[] {
  return Array.from({ length: eids }, (_, i) => addressAfter(firstEid, i));
}

/** For one thread's device. Ports go round, one step a packet; so do IPv4 addresses, those of IPv6 are drawn. */
export function deviceLines(workload: Workload, { mac, source, firstEid }: Target): string[] {
  const { size_bytes, flows, eids, rate_pps, threads, ipVersion } = workload;
  const last = addressAfter(firstEid, eids - 1);
  const addresses =
    ipVersion === 4
      ? [`src_min ${source}`, `src_max ${source}`, `dst_min ${firstEid}`, `dst_max ${last}`]
      : [`src6 ${source}`, `dst6_min ${firstEid}`, `dst6_max ${last}`];
  return [
    'count 0',
    'clone_skb 0',
    `pkt_size ${size_bytes}`,
    `dst_mac ${mac}`,
    ...addresses,
    `udp_src_min ${FIRST_PORT}`,
    `udp_src_max ${FIRST_PORT + flows}`,
    'udp_dst_min 9',
    'udp_dst_max 9',
    ...(rate_pps === undefined ? [] : [`ratep ${Math.ceil(rate_pps / threads)}`]),
  ];
}
