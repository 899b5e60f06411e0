// SPDX-License-Identifier: Apache-2.0
import { EAST } from '#scripts/benchmark/site/addresses.js';
import type { AddedRouter, DataPlane } from '#scripts/benchmark/site/data-plane.js';
import type { Course, Courses } from './course.js';
import { hostFrame, type Mix, MIXES, mixName, toLocal, toRemote, tunnelFrame } from './mixes.js';
import { hostMapping, toOne } from './tables.js';
import type { Device } from '#scripts/kit/netns.js';

/** Where the second router is to be, and its end of the link between them. */
export interface EastPlace {
  readonly namespace: string;
  readonly core: readonly [near: Device, far: Device];
}

/** encapsulate-MIX, decapsulate-MIX, and through-both: encapsulated by one router and decapsulated by the other. */
export function productCourses(dataPlane: DataPlane, west: AddedRouter, east: EastPlace): Courses {
  const { router, intoHost, intoTunnel } = west;
  const { host, tunnel, up, down } = router.links;
  const encapsulate = async (mix: Mix): Promise<Course> => ({
    stream: {
      frame: hostFrame(mix.eid, { fromMac: intoHost.mac, toMac: host.mac }),
      flows: toRemote(mix),
      device: intoHost,
    },
    sink: up.far,
    arrival: 'lisp',
  });
  const decapsulate = async (mix: Mix): Promise<Course> => ({
    stream: {
      frame: tunnelFrame(mix, { fromMac: intoTunnel.mac, toMac: tunnel.mac }),
      flows: toLocal(mix),
      device: intoTunnel,
    },
    sink: down.far,
    arrival: 'plain',
  });
  return new Map([
    ...MIXES.map((mix) => [`encapsulate-${mixName(mix)}`, () => encapsulate(mix)] as const),
    ...MIXES.map((mix) => [`decapsulate-${mixName(mix)}`, () => decapsulate(mix)] as const),
    ['through-both', () => throughBoth(dataPlane, west, east)] as const,
  ]);
}

async function throughBoth(dataPlane: DataPlane, west: AddedRouter, east: EastPlace): Promise<Course> {
  const { router, intoHost } = west;
  const { router: other } = await dataPlane.addRouter('east', east.namespace, EAST, { core: east.core });
  if (router.links.core) await router.route(`${EAST.rloc[4]}/32`, router.links.core, 3);
  await router.process.call('apply', [hostMapping(EAST.host[4], EAST.rloc[4], router.site.rloc[4])]);
  return {
    stream: {
      frame: hostFrame(4, { fromMac: intoHost.mac, toMac: router.links.host.mac }),
      flows: toOne(EAST.host[4]),
      device: intoHost,
    },
    sink: other.links.down.far,
    arrival: 'plain',
  };
}
