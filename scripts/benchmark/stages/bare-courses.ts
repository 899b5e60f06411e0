// SPDX-License-Identifier: Apache-2.0
import type { AddedRouter, DataPlane } from '#scripts/benchmark/site/data-plane.js';
import type { Course, Courses } from './course.js';
import { hostFrame, type LinkEnds, toRemote } from './mixes.js';
import type { Device } from '#scripts/kit/netns.js';

export function endsOf([near, far]: readonly [near: Device, far: Device]): LinkEnds {
  return { fromMac: near.mac, toMac: far.mac };
}

/** The harness alone, and what every figure is compared with. */
export function bareCourses(dataPlane: DataPlane, { router, namespace }: AddedRouter): Courses {
  let bare: Promise<readonly [Device, Device]> | undefined;
  const link = async (): Promise<readonly [Device, Device]> => {
    const pair = await dataPlane.fromGenerator(namespace, 'bare');
    await router.process.call('attachBare', pair[1].ifindex, router.nextHop);
    return pair;
  };
  const sink = router.links.up.far;
  const v4 = { eid: 4, rloc: 4 } as const;
  const v6 = { eid: 6, rloc: 4 } as const;
  const course = async (
    arrival: Course['arrival'],
    frame: (ends: LinkEnds) => Course['stream']['frame'],
    flows: Course['stream']['flows'],
    liveFrame = false,
  ): Promise<Course> => {
    const pair = await (bare ??= link());
    return { stream: { frame: frame(endsOf(pair)), flows, device: pair[0] }, sink, arrival, liveFrame };
  };
  return new Map([
    ['generator', () => straightToSink(dataPlane)],
    ['bare-v4', () => course('plain', (ends) => hostFrame(4, ends), toRemote(v4))],
    ['bare-v6', () => course('plain', (ends) => hostFrame(6, ends), toRemote(v6))],
    ['bare-live-v4', () => course('plain', (ends) => hostFrame(4, ends), toRemote(v4), true)],
    ['bare-live-v6', () => course('plain', (ends) => hostFrame(6, ends), toRemote(v6), true)],
  ]);
}

async function straightToSink(dataPlane: DataPlane): Promise<Course> {
  const pair = await dataPlane.toSink(dataPlane.generatorNamespace, 'straight');
  const flows = toRemote({ eid: 4, rloc: 4 });
  return {
    stream: { frame: hostFrame(4, endsOf(pair)), flows, device: pair[0] },
    sink: pair[1],
    arrival: 'plain',
  };
}
