// SPDX-License-Identifier: Apache-2.0
// Packets per second through veth pairs, on one CPU, with the smallest packets.
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { GeneratorName } from '#scripts/packets/stream.js';
import { interleave, type Measure } from '#scripts/benchmark/interleave.js';
import { DataPlane } from '#scripts/benchmark/site/data-plane.js';
import { WEST } from '#scripts/benchmark/site/addresses.js';
import { type Courses, throughput } from './course.js';
import { mapRemotes } from './mixes.js';
import { productCourses } from './product-courses.js';
import { kernelCourses } from './kernel-courses.js';
import { bareCourses } from './bare-courses.js';

const ROUNDS = { quick: 7, full: 31 } as const;
const BURST_ms = { quick: 60, full: 150 } as const;

const LIVE = 'bare-live-';

/** The series that is taken for the one that is wanted: with live frames as generator, bare-live-V is bare-V. */
export function takenFor(wanted: string, generator: GeneratorName): string {
  return generator === 'live-frame' ? wanted.replace(LIVE, 'bare-') : wanted;
}

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
      const needed = new Set([...wanted].map((name) => takenFor(name, generator)));
      const measures = new Map<string, Measure>();
      for (const [name, course] of courses)
        if (needed.has(name))
          measures.set(name, await throughput(dataPlane, name, await course(), BURST_ms[length]));
      say(`throughput: ${measures.size} ways, ${ROUNDS[length]} rounds`);
      const samples = await interleave(measures, ROUNDS[length]);
      return new Map(
        [...wanted].flatMap((name) => {
          const taken = samples.get(takenFor(name, generator));
          return taken === undefined ? [] : [[name, taken] as const];
        }),
      );
    });
  },
};
