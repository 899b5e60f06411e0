// SPDX-License-Identifier: Apache-2.0
// Packets per second through veth pairs, on one CPU, with the smallest packets.
import type { Context, Samples, Stage } from '../figure.js';
import { interleave, type Measure } from '../interleave.js';
import { DataPlane } from '../site/data-plane.js';
import { WEST } from '../site/addresses.js';
import { type Course, throughput } from './course.js';
import { mapRemotes } from './mixes.js';
import { productCourses } from './product-courses.js';
import { kernelCourses } from './kernel-courses.js';
import { bareCourses } from './bare-courses.js';

const ROUNDS = { quick: 7, full: 31 } as const;
const BURST_ms = { quick: 60, full: 150 } as const;

/** With live frames as generator, the series bare-live-V is bare-V. */
const LIVE = 'bare-live-';

/** Courses by name; setting one up takes what it needs and no more. */
export type Courses = ReadonlyMap<string, () => Promise<Course>>;

export const throughputStage: Stage = {
  name: 'throughput',

  run(wanted: ReadonlySet<string>, context: Context): Promise<Samples> {
    const { quick, say, generator } = context;
    const length = quick ? 'quick' : 'full';
    return DataPlane.with(context, async (dataPlane) => {
      const namespace = await dataPlane.network.namespace('west');
      const east = await dataPlane.network.namespace('east');
      const core = await dataPlane.network.link([namespace, 'core'], [east, 'core']);
      const west = await dataPlane.addRouter('west', namespace, WEST, { core });
      await mapRemotes(west.router);
      const courses: Courses = new Map([
        ...bareCourses(dataPlane, west),
        ...productCourses(dataPlane, west, { namespace: east, core: [core[1], core[0]] }),
        ...kernelCourses(dataPlane, west),
      ]);
      const measures = new Map<string, Measure>();
      for (const [name, course] of courses) {
        if (!wanted.has(name) || (name.startsWith(LIVE) && generator === 'live-frame')) continue;
        measures.set(name, await throughput(dataPlane, name, await course(), BURST_ms[length]));
      }
      say(`throughput: ${measures.size} ways, ${ROUNDS[length]} rounds`);
      const samples = await interleave(measures, ROUNDS[length]);
      return new Map(
        [...wanted].flatMap((name) => {
          const taken = samples.get(name) ?? samples.get(name.replace(LIVE, 'bare-'));
          return taken === undefined ? [] : [[name, taken] as const];
        }),
      );
    });
  },
};
