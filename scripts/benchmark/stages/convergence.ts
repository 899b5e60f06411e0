// SPDX-License-Identifier: Apache-2.0
// Hosts move from one xTR to another under traffic, and the ITR is told by SMRs.
import { setTimeout as delay } from 'node:timers/promises';
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { Sighting } from '#scripts/benchmark/inside/observer.js';
import type { SendSpec } from '#scripts/benchmark/inside/sender.js';
import { HOST, numberOf, Overlay, type Place, RLOC, roamer } from '#scripts/benchmark/site/overlay.js';
import { prime, register } from './registered.js';
import { eventually } from '#scripts/kit/wait.js';

export interface Crowd {
  /** Hosts that move at once. */
  readonly hosts: number;
  /** Packets a second to all of them. */
  readonly rate_pps: number;
  readonly rounds: { readonly quick: number; readonly full: number };
}

export const CROWDS: readonly Crowd[] = [
  { hosts: 1, rate_pps: 2000, rounds: { quick: 15, full: 200 } },
  { hosts: 1000, rate_pps: 20_000, rounds: { quick: 1, full: 6 } },
  { hosts: 10_000, rate_pps: 25_000, rounds: { quick: 1, full: 2 } },
];

export const CROWD_SERIES = ['each', 'all', 'whole', 'lost', 'reencapsulated', 'cpu'] as const;
type CrowdSeries = (typeof CROWD_SERIES)[number];

export function crowdSeries(hosts: number, what: CrowdSeries): string {
  return `move-${hosts}-${what}`;
}

const BEFORE_ms = 100;
const AFTER_ms = 150;
const TIMEOUT_ms = 90_000;
/** Counting a crowd takes the CPU time of some packets for each of them; when each converged is known anyway. */
const POLL_ms = { one: 50, many: 250 } as const;
/** An ITR asks once in 3 s for an EID because of an SMR: hosts move no more often. */
const BETWEEN_ms = 3_500;

/** Moves of a single host before those that count: a just started agent runs code that is not compiled yet. */
export const WARM_UP = { quick: 3, full: 30 } as const;

/** The ITR has just asked for each EID, which it does once a second (RFC 9301 section 5.3). */
const ASKED_ms = 1_100;

const OTHER = { old: 'new', new: 'old' } as const satisfies Record<Place, Place>;

interface Move {
  readonly moved_ms: number;
  readonly sent: number;
  /** Of all agents, until they are at rest again. */
  readonly cpu_ms: number;
  readonly core: readonly Sighting[];
  readonly sink: readonly Sighting[];
}

/** Sends packets while `use` runs. Returns how many; whichever of the two fails, the other has ended then or is ended. */
async function underTraffic(overlay: Overlay, flow: SendSpec, use: () => Promise<void>): Promise<number> {
  const { host } = overlay;
  const during = async (): Promise<void> => {
    try {
      await use();
    } finally {
      await host.call('stop');
    }
  };
  // Awaited together: a failure of either is thrown here, and none stays unhandled.
  const [{ packets }] = await Promise.all([host.call('send', flow), during()]);
  return packets;
}

/** Moves hosts under traffic and waits until the ITR sends to the new RLOC for each. */
async function move(overlay: Overlay, first: number, { hosts, rate_pps }: Crowd, to: Place): Promise<Move> {
  const { core, sink, devices } = overlay;
  await core.call('reset');
  await sink.call('reset');
  const converged = (): Promise<number> => core.call('count', devices.core.itr.ifindex, numberOf(RLOC[to]));
  const work_ms = overlay.cpuTime_ms;
  let moved_ms = 0;
  const flow = { source: HOST, first: roamer(first), count: hosts, rate_pps };
  const sent = await underTraffic(overlay, flow, async () => {
    await delay(BEFORE_ms);
    moved_ms = Number(process.hrtime.bigint()) / 1e6;
    await overlay.appear(to, first, hosts);
    if (
      !(await eventually(
        async () => (await converged()) === hosts,
        TIMEOUT_ms,
        POLL_ms[hosts === 1 ? 'one' : 'many'],
      ))
    )
      throw new Error(`only ${await converged()} of ${hosts} hosts have converged in ${TIMEOUT_ms} ms`);
    await delay(AFTER_ms);
  });
  await delay(AFTER_ms);
  await overlay.disappear(OTHER[to], first, hosts);
  if (hosts > 1) await overlay.settle();
  const cpu_ms = overlay.cpuTime_ms - work_ms;
  const seen = { core: await core.call('sightings'), sink: await sink.call('sightings') };
  return { moved_ms, sent, cpu_ms, ...seen };
}

function sum(sightings: readonly Sighting[]): number {
  return sightings.reduce((total, { packets }) => total + packets, 0);
}

/** What the observers saw of one move. */
function judge(
  overlay: Overlay,
  { moved_ms, sent, cpu_ms, core, sink }: Move,
  { hosts }: Crowd,
  to: Place,
): Record<CrowdSeries, number[]> {
  const { itr, [OTHER[to]]: left } = overlay.devices.core;
  const goingTo = core.filter(({ outerDestination }) => outerDestination === numberOf(RLOC[to]));
  const stale = goingTo.filter(({ ifindex }) => ifindex === left.ifindex);
  const converged = goingTo.filter(({ ifindex }) => ifindex === itr.ifindex);
  const staleAt = new Map(stale.map(({ destination, first_ms }) => [destination, first_ms]));
  const each = converged.flatMap(({ destination, first_ms }) => {
    const since = staleAt.get(destination);
    return since === undefined ? [] : [first_ms - since];
  });
  const last = Math.max(...converged.map(({ first_ms }) => first_ms));
  return {
    each,
    all: [last - Math.min(...staleAt.values())],
    whole: [last - moved_ms],
    lost: [sent - sum(sink)],
    reencapsulated: [sum(stale)],
    cpu: [(1000 * cpu_ms) / hosts],
  };
}

/** One host after the other, or all again and again. */
async function crowd(overlay: Overlay, group: Crowd, quick: boolean): Promise<[string, number[]][]> {
  const rounds = group.rounds[quick ? 'quick' : 'full'];
  const single = group.hosts === 1;
  const thrownAway = single ? WARM_UP[quick ? 'quick' : 'full'] : 0;
  const population = single ? thrownAway + rounds : group.hosts;
  await register(overlay, 'old', 0, population);
  await prime(overlay, 'old', 0, population);
  await delay(ASKED_ms);
  const samples = new Map<CrowdSeries, number[]>(CROWD_SERIES.map((name) => [name, []]));
  for (let round = 0; round < thrownAway + rounds; round++) {
    if (!single && round > 0) await delay(BETWEEN_ms);
    const to = single || round % 2 === 0 ? 'new' : 'old';
    const judged = judge(overlay, await move(overlay, single ? round : 0, group, to), group, to);
    if (round >= thrownAway) for (const name of CROWD_SERIES) samples.get(name)?.push(...judged[name]);
  }
  return [...samples].map(([name, values]) => [crowdSeries(group.hosts, name), values]);
}

export const convergenceStage: Stage = {
  name: 'convergence',

  async run(wanted: ReadonlySet<string>, { quick, say, part }: Context): Promise<Samples> {
    const samples = new Map<string, number[]>();
    for (const group of CROWDS) {
      if (!CROWD_SERIES.some((name) => wanted.has(crowdSeries(group.hosts, name)))) continue;
      const name = `${group.hosts.toLocaleString('en')} at once`;
      say(`convergence: ${name}`);
      await part(name, async () => {
        const taken = await Overlay.with((overlay) => crowd(overlay, group, quick));
        for (const [series, values] of taken) samples.set(series, values);
      });
    }
    return samples;
  },
};
