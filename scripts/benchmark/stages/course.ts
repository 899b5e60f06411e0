// SPDX-License-Identifier: Apache-2.0
import type { Arrival } from '#scripts/benchmark/inside/sink.js';
import type { StreamSpec } from '#scripts/packets/stream.js';
import type { Measure } from '#scripts/benchmark/interleave.js';
import type { DataPlane } from '#scripts/benchmark/site/data-plane.js';
import type { Device } from '#scripts/kit/netns.js';

/** A way through the routers: what is sent, and where it has to arrive as what. */
export interface Course {
  readonly stream: StreamSpec;
  readonly sink: Device;
  readonly arrival: Arrival;
  /** Compared with what only live frames can be: sent by them too. */
  readonly liveFrame?: boolean;
}

/** Courses by name; setting one up takes what it needs and no more. */
export type Courses = ReadonlyMap<string, () => Promise<Course>>;

/** Fewer of them would mean that the figure measures something else. */
const LEAST_DELIVERED = 0.5;
const TRIAL_PACKETS = 20_000;

/** Packets per second that arrive, sending for about `burst_ms` at a time. */
export async function throughput(
  dataPlane: DataPlane,
  name: string,
  { stream, sink, arrival, liveFrame = false }: Course,
  burst_ms: number,
): Promise<Measure> {
  const { generators, sink: counter } = dataPlane;
  const send = async (packets: number): Promise<{ arrived: number; duration_ms: number }> => {
    const before = await counter.call('read', sink.ifindex, arrival);
    const duration_ms = await generators.send(name, packets);
    return { arrived: (await counter.call('read', sink.ifindex, arrival)) - before, duration_ms };
  };
  await generators.stream(name, stream, liveFrame);
  const trial = await send(TRIAL_PACKETS);
  if (trial.arrived < LEAST_DELIVERED * TRIAL_PACKETS)
    throw new Error(`${name}: only ${trial.arrived} of ${TRIAL_PACKETS} packets arrived`);
  const packets = Math.ceil((TRIAL_PACKETS * burst_ms) / trial.duration_ms);
  return async () => {
    const { arrived, duration_ms } = await send(packets);
    return (arrived * 1000) / duration_ms;
  };
}
