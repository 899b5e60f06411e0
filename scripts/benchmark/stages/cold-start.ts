// SPDX-License-Identifier: Apache-2.0
// Packets to EIDs that the ITR has no mapping of: each is held, its EID is resolved, and it is sent on.
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { Sent } from '#scripts/benchmark/inside/sender.js';
import { HOST, Overlay, roamer } from '#scripts/benchmark/site/overlay.js';
import { prime, register } from './registered.js';
import { eventually } from '#scripts/kit/wait.js';

/** New EIDs a second, one packet to each. */
export interface Arrivals {
  readonly name: string;
  readonly rate_pps: number;
  readonly eids: { readonly quick: number; readonly full: number };
}

/** The first is slow enough that each EID is resolved before the next one comes. */
export const ONE = { name: 'one', rate_pps: 20, eids: { quick: 60, full: 400 } } as const;
export const FLOOD = { name: 'flood', rate_pps: 10_000, eids: { quick: 2_000, full: 30_000 } } as const;
export const ARRIVALS: readonly Arrivals[] = [ONE, FLOOD];

export const COLD_SERIES = ['latency', 'lost', 'rate', 'cpu'] as const;
type ColdSeries = (typeof COLD_SERIES)[number];

export function coldSeries({ name }: Arrivals, what: ColdSeries): string {
  return `${name}-${what}`;
}

/** EIDs that are resolved before those that count: a just started agent runs code that is not compiled yet. */
export const WARM_UP = { quick: 500, full: 3_000 } as const;

/** The run has ended when nothing has arrived for this time: a lost Map-Request is sent again after a second. */
export const SILENCE_ms = 5_000;
/** After the last packet is sent, whatever still comes. */
export const PATIENCE_ms = 60_000;
/** Counting takes CPU time that the agents need. */
const POLL_ms = 250;

interface Arrived {
  readonly sent: Sent;
  /** Of all agents. */
  readonly cpu_ms: number;
  /** By EID: when its packet reached the sink. */
  readonly arrived_ms: ReadonlyMap<number, number>;
}

/** Waits until so many have arrived, or no more come. */
async function waitForLast(arrived: () => Promise<number>, count: number): Promise<void> {
  let [known, since_ms] = [0, Date.now()];
  const ended = async (): Promise<boolean> => {
    const now = await arrived();
    if (now > known) [known, since_ms] = [now, Date.now()];
    return now === count || Date.now() - since_ms > SILENCE_ms;
  };
  await eventually(ended, PATIENCE_ms, POLL_ms);
}

async function sendFirsts(
  overlay: Overlay,
  first: number,
  count: number,
  rate_pps: number,
): Promise<Arrived> {
  const { sink, host, devices } = overlay;
  await sink.call('reset');
  const work_ms = overlay.cpuTime_ms;
  const flow = { source: HOST, first: roamer(first), count, rate_pps, packets: count };
  const sent = await host.call('send', flow);
  await waitForLast(() => sink.call('count', devices.sink.old.ifindex, 0), count);
  const sightings = await sink.call('sightings');
  const cpu_ms = overlay.cpuTime_ms - work_ms;
  return {
    sent,
    cpu_ms,
    arrived_ms: new Map(sightings.map(({ destination, first_ms }) => [destination, first_ms])),
  };
}

function judge({ sent, cpu_ms, arrived_ms }: Arrived, first: number): Record<ColdSeries, number[]> {
  const latency = [...sent.first_ms].flatMap((sent_ms, i) => {
    const at = arrived_ms.get(roamer(first + i));
    return at === undefined ? [] : [at - sent_ms];
  });
  if (latency.length === 0) throw new Error('no packet has arrived');
  const took_ms = Math.max(...arrived_ms.values()) - (sent.first_ms[0] ?? 0);
  return {
    latency,
    lost: [sent.packets - latency.length],
    rate: [(1000 * latency.length) / took_ms],
    cpu: [(1000 * cpu_ms) / latency.length],
  };
}

export const coldStartStage: Stage = {
  name: 'cold-start',

  run(wanted: ReadonlySet<string>, { quick, say, part }: Context): Promise<Samples> {
    const length = quick ? 'quick' : 'full';
    const chosen = ARRIVALS.filter((each) => COLD_SERIES.some((what) => wanted.has(coldSeries(each, what))));
    return Overlay.with(async (overlay) => {
      const samples = new Map<string, readonly number[]>();
      const total = chosen.reduce<number>((sum, { eids }) => sum + eids[length], WARM_UP[length]);
      say(`cold start: ${total.toLocaleString('en')} EIDs are registered`);
      await register(overlay, 'old', 0, total);
      await prime(overlay, 'old', 0, WARM_UP[length]);
      let first: number = WARM_UP[length];
      for (const arrivals of chosen) {
        const count = arrivals.eids[length];
        const begin = first;
        const text = `${count.toLocaleString('en')} EIDs, ${arrivals.rate_pps.toLocaleString('en')} a second`;
        say(`cold start: ${text}`);
        await part(text, async () => {
          const judged = judge(await sendFirsts(overlay, begin, count, arrivals.rate_pps), begin);
          for (const what of COLD_SERIES) samples.set(coldSeries(arrivals, what), judged[what]);
        });
        first += count;
      }
      return samples;
    });
  },
};
