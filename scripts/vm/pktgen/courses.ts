// SPDX-License-Identifier: Apache-2.0
// One measurement on the pair: pktgen at the host of west, counted where the host of east would take it.
import { setTimeout as delay } from 'node:timers/promises';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { type Accelerator, nodeCommand } from '#scripts/vm/machine/accelerator.js';
import type { Guest } from '#scripts/vm/machine/guest.js';
import type { Pair } from '#scripts/vm/pair/pair.js';
import { EAST, inHost, WEST } from '#scripts/vm/pair/site.js';
import { busyTime_ns } from './busy.js';
import { type Order, SENDING, type Sent } from './sender.js';
import { eidsOf, type Target, type Workload } from './workload.js';

export type CourseName = 'kernel forwarding' | 'LISP, native XDP';

export interface Measured {
  readonly course: CourseName;
  readonly offered: number;
  /** By the sending device; not part of `offered`. */
  readonly refused: number;
  readonly received: number;
  readonly lost: number;
  readonly offered_pps: number;
  readonly received_pps: number;
  /** Busy time of the machine's processors, while it was sent, for each packet that passed it. */
  readonly westCost_ns: number;
  readonly eastCost_ns: number;
}

/** Hosts that are behind the host of east: its neighbour entry serves them all. */
const FIRST_EIDS = { 4: '10.2.128.1', 6: '2001:db8:2::1:0' } as const;
const EID_ROUTES = { 4: '10.2.128.0/17', 6: '2001:db8:2::1:0/112' } as const;
const SETTLE_ms = 2_000;
const TIMEOUT_ms = 900_000;

/** The mappings of west, one for each EID: the map-cache is as large as what is sent to. */
export function mappingsOf(workload: Workload): string[] {
  const { ipVersion } = workload;
  const eids = eidsOf(workload, { firstEid: FIRST_EIDS[ipVersion] });
  return eids.map((eid) => `${eid}/${ipVersion === 4 ? 32 : 128}`);
}

/** Routes for the EIDs, and an underlay that forwards them without LISP. */
export async function prepareCourses({ west, east }: Pair): Promise<void> {
  await west.guest.must(['ip', 'address', 'add', 'fd00::1/64', 'dev', 'eth0', 'nodad']);
  await east.guest.must(['ip', 'address', 'add', 'fd00::2/64', 'dev', 'eth0', 'nodad']);
  // Without an XDP program, a veth takes live frames with GRO alone.
  await west.guest.must(['ethtool', '-K', 'eid0', 'gro', 'on']);
  await east.guest.must(['ip', 'route', 'add', EID_ROUTES[4], 'via', EAST.eid]);
  await east.guest.must(['ip', 'route', 'add', EID_ROUTES[6], 'via', EAST.eidV6]);
}

export async function underlayRoutes({ west, east }: Pair, change: 'add' | 'delete'): Promise<void> {
  await west.guest.must(['ip', 'route', change, EAST.prefix, 'via', EAST.rloc]);
  await west.guest.must(['ip', 'route', change, EAST.prefixV6, 'via', 'fd00::2']);
  await east.guest.must(['ip', 'route', change, WEST.prefix, 'via', WEST.rloc]);
  await east.guest.must(['ip', 'route', change, WEST.prefixV6, 'via', 'fd00::1']);
}

async function busy_ns(guest: Guest): Promise<number> {
  return busyTime_ns(await guest.must(['cat', '/proc/stat']));
}

/**
 * Packets to EIDs behind the host of east, so far. It forwards nothing: its IP counts them here and drops them. Its
 * interface counts pings and neighbour messages too, by which more would arrive than was sent.
 */
async function arrived(guest: Guest, ipVersion: 4 | 6): Promise<number> {
  const counter = ({ 4: 'IpInAddrErrors', 6: 'Ip6InAddrErrors' } as const)[ipVersion];
  const text = await guest.must([...inHost, 'nstat', '-asz', '--json', counter]);
  const { [counter]: packets } = (JSON.parse(text) as { kernel: Readonly<Record<string, number>> }).kernel;
  if (packets === undefined) throw new Error(`nstat knows no ${counter}: ${text}`);
  return packets;
}

async function macOf(guest: Guest, device: string): Promise<string> {
  const [link] = JSON.parse(await guest.must(['ip', '-json', 'link', 'show', 'dev', device])) as [
    { address: string },
  ];
  return link.address;
}

/** Runs drive.js at the host of west; `began` is called when it begins to send. */
async function drive(west: Guest, accelerator: Accelerator, order: Order, began: () => void): Promise<Sent> {
  const text = { stdout: '', stderr: '' };
  let sending = false;
  const script = `${REPOSITORY}build/scripts/vm/pktgen/drive.js`;
  const process = west.spawn([...inHost, ...nodeCommand(accelerator), script, JSON.stringify(order)], {
    onOutput: (stream, data) => {
      text[stream] += data.toString('utf8');
      if (sending || !text.stdout.startsWith(`${SENDING}\n`)) return;
      sending = true;
      began();
    },
  });
  const timer = setTimeout(() => process.signal('SIGKILL'), TIMEOUT_ms);
  const code = await process.exited.finally(() => clearTimeout(timer));
  if (code !== 0) throw new Error(`the generator ended with code ${code}: ${text.stderr.trim()}`);
  return JSON.parse(text.stdout.split('\n')[1] ?? '') as Sent;
}

export async function measureCourse(
  { west, east }: Pair,
  course: CourseName,
  { generator, workload }: Omit<Order, 'target'>,
  accelerator: Accelerator,
): Promise<Measured> {
  const { ipVersion } = workload;
  const target: Target = {
    device: 'eth0',
    mac: await macOf(west.guest, 'eid0'),
    source: ipVersion === 4 ? WEST.eid : WEST.eidV6,
    firstEid: FIRST_EIDS[ipVersion],
  };
  // Resolves neighbours, so that none of the measured packets waits for them.
  const far = ipVersion === 4 ? EAST.eid : EAST.eidV6;
  await west.guest.must([...inHost, 'ping', '-n', '-q', '-c', '2', '-W', '60', far], {
    timeout_ms: TIMEOUT_ms,
  });
  const arrivedBefore = await arrived(east.guest, ipVersion);
  let eastBefore: Promise<number> | undefined;
  const sent = await drive(west.guest, accelerator, { generator, workload, target }, () => {
    eastBefore = busy_ns(east.guest);
  });
  await delay(SETTLE_ms);
  const received = (await arrived(east.guest, ipVersion)) - arrivedBefore;
  const eastBusy_ns = (await busy_ns(east.guest)) - ((await eastBefore) ?? 0);
  return {
    course,
    offered: sent.packets,
    refused: sent.refused,
    received,
    lost: sent.packets - received,
    offered_pps: Math.round(sent.packets / sent.duration_s),
    received_pps: Math.round(received / sent.duration_s),
    westCost_ns: Math.round(sent.busy_ns / Math.max(sent.packets, 1)),
    eastCost_ns: Math.round(eastBusy_ns / Math.max(received, 1)),
  };
}
