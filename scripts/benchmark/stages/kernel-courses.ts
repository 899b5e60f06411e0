// SPDX-License-Identifier: Apache-2.0
import {
  FIRST_REMOTE_RLOC,
  NATIVE_EIDS,
  NATIVE_HOST,
  VXLAN_EIDS,
  VXLAN_HOST,
  WEST,
} from '#scripts/benchmark/site/addresses.js';
import type { AddedRouter, DataPlane } from '#scripts/benchmark/site/data-plane.js';
import { endsOf } from './bare-courses.js';
import type { Course, Courses } from './course.js';
import { hostFrame } from './mixes.js';
import { toOne } from './tables.js';

const VXLAN_PORT = 4789;
const VXLAN_NEIGHBOUR = '02:be:ff:00:00:01';

/** The same router without XDP on the way in: the kernel forwards, and puts packets into its vxlan device. */
export function kernelCourses(dataPlane: DataPlane, west: AddedRouter): Courses {
  return new Map([
    ['kernel-forwarding', () => forwarding(dataPlane, west)],
    ['kernel-vxlan', () => vxlan(dataPlane, west)],
  ]);
}

async function course(
  dataPlane: DataPlane,
  { router, namespace }: AddedRouter,
  name: string,
  destination: string,
): Promise<Course> {
  const pair = await dataPlane.fromGenerator(namespace, name);
  return {
    stream: { frame: hostFrame(4, endsOf(pair)), flows: toOne(destination), device: pair[0] },
    sink: router.links.up.far,
    arrival: 'plain',
  };
}

async function forwarding(dataPlane: DataPlane, west: AddedRouter): Promise<Course> {
  await west.router.route(NATIVE_EIDS[4], west.router.links.up, 1);
  return course(dataPlane, west, 'plain', NATIVE_HOST[4]);
}

async function vxlan(dataPlane: DataPlane, west: AddedRouter): Promise<Course> {
  const tunnel = `id 1 local ${WEST.rloc[4]} remote ${FIRST_REMOTE_RLOC[4]} dstport ${VXLAN_PORT}`;
  await dataPlane.network.ip(
    west.namespace,
    `link add vxlan type vxlan ${tunnel} noudpcsum`,
    'link set vxlan up',
    'address add 10.9.9.1/24 dev vxlan',
    `neighbour add 10.9.9.2 lladdr ${VXLAN_NEIGHBOUR} dev vxlan nud permanent`,
    `route add ${VXLAN_EIDS} via 10.9.9.2 dev vxlan`,
  );
  return { ...(await course(dataPlane, west, 'overlay', VXLAN_HOST)), arrival: 'vxlan' };
}
