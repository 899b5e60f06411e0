// SPDX-License-Identifier: Apache-2.0
// One measurement on the pair: pktgen at the host of west, counted where the host of east would take it.
import { setTimeout as delay } from 'node:timers/promises';
import { REPOSITORY } from '../../story/repository.js';
import { type Accelerator, nodeCommand } from '../machine/accelerator.js';
import type { Guest } from '../machine/guest.js';
import type { Pair } from '../pair/pair.js';
import { EAST, inHost, WEST } from '../pair/site.js';
import type { Sent } from './drive.js';
import type { Target, Workload } from './workload.js';

export type CourseName = 'kernel forwarding' | 'LISP, native XDP';

export interface Measured {
  readonly course: CourseName;
  readonly offered: number;
  readonly received: number;
  readonly lost: number;
  readonly offered_pps: number;
  readonly received_pps: number;
  /** Busy time of the machine's processors for each packet that passed it. */
  readonly westCost_ns: number;
  readonly eastCost_ns: number;
}

/** Hosts that are behind the host of east: its neighbour entry serves them all. */
const FIRST_EIDS = { 4: '10.2.128.1', 6: '2001:db8:2::1:1' } as const;
const EID_ROUTES = { 4: '10.2.128.0/17', 6: '2001:db8:2::1:0/112' } as const;
const SETTLE_ms = 2_000;
const TIMEOUT_ms = 900_000;
/** USER_HZ. */
const TICKS_PER_s = 100;

/** Routes for the EIDs, and an underlay that forwards them without LISP. */
export async function prepareCourses({ west, east }: Pair): Promise<void> {
  await west.guest.must(['ip', 'address', 'add', 'fd00::1/64', 'dev', 'eth0', 'nodad']);
  await east.guest.must(['ip', 'address', 'add', 'fd00::2/64', 'dev', 'eth0', 'nodad']);
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
  const line = (await guest.must(['head', '-n', '1', '/proc/stat'])).trim();
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq) * 1e9) / TICKS_PER_s;
}

async function arrived(guest: Guest): Promise<number> {
  const text = await guest.must(['ip', '-n', 'host', '-s', '-json', 'link', 'show', 'dev', 'eth0']);
  const [link] = JSON.parse(text) as [{ stats64: { rx: { packets: number } } }];
  return link.stats64.rx.packets;
}

async function macOf(guest: Guest, device: string): Promise<string> {
  const [link] = JSON.parse(await guest.must(['ip', '-json', 'link', 'show', 'dev', device])) as [
    { address: string },
  ];
  return link.address;
}

export async function measureCourse(
  { west, east }: Pair,
  course: CourseName,
  workload: Workload,
  accelerator: Accelerator,
): Promise<Measured> {
  const { ipVersion } = workload;
  const target: Target = {
    device: 'eth0',
    mac: await macOf(west.guest, 'eid0'),
    source: ipVersion === 4 ? WEST.eid : WEST.eidV6,
    firstEid: FIRST_EIDS[ipVersion],
  };
  // Resolves neighbours and the mapping, so that none of the measured packets is held.
  const far = ipVersion === 4 ? EAST.eid : EAST.eidV6;
  await west.guest.must([...inHost, 'ping', '-n', '-q', '-c', '2', '-W', '60', far], {
    timeout_ms: TIMEOUT_ms,
  });
  const before = {
    west: await busy_ns(west.guest),
    east: await busy_ns(east.guest),
    at: await arrived(east.guest),
  };
  const drive = [...nodeCommand(accelerator), `${REPOSITORY}build/scripts/vm/pktgen/drive.js`];
  const sent = JSON.parse(
    await west.guest.must([...inHost, ...drive, JSON.stringify({ workload, target })], {
      timeout_ms: TIMEOUT_ms,
    }),
  ) as Sent;
  await delay(SETTLE_ms);
  const received = (await arrived(east.guest)) - before.at;
  return {
    course,
    offered: sent.packets,
    received,
    lost: sent.packets - received,
    offered_pps: Math.round(sent.packets / sent.duration_s),
    received_pps: Math.round(received / sent.duration_s),
    westCost_ns: Math.round(((await busy_ns(west.guest)) - before.west) / sent.packets),
    eastCost_ns: Math.round(((await busy_ns(east.guest)) - before.east) / Math.max(received, 1)),
  };
}
