// SPDX-License-Identifier: Apache-2.0
// The Map-Server as a person runs it: a process on one CPU, asked over UDP from another.
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { MessageKind } from '#scripts/benchmark/inside/control-load.js';
import { type MapServerSite, withMapServer } from '#scripts/benchmark/site/map-server.js';
import { REGISTRATIONS } from './mapping-system.js';

export const KINDS: readonly MessageKind[] = ['requests', 'registers'];
export const VALUES = ['rate', 'cpu', 'p99'] as const;
export type Value = (typeof VALUES)[number];

export function udpSeries(kind: MessageKind, value: Value, registrations: number): string {
  return `udp-${kind}-${value}-${registrations}`;
}

export function fillSeries(registrations: number): string {
  return `udp-fill-${registrations}`;
}

/** Messages that wait for an answer: more than the server reads in one turn of its event loop. */
export const WINDOW = 64;
/** For the times: what the server does with ease. */
export const STEADY_pps = 5_000;

const ROUNDS = { quick: 3, full: 9 } as const;
const MESSAGES = { quick: 10_000, full: 30_000 } as const;

/** One round: as fast as the server answers, and at a steady rate. */
async function round(
  { load, server }: MapServerSite,
  kind: MessageKind,
  registrations: number,
  messages: number,
): Promise<Record<Value, number>> {
  const before_ms = server.cpu_ms();
  const { rate } = await load.call('load', { kind, registrations, messages, window: WINDOW });
  const cpu = (messages * 1000) / (server.cpu_ms() - before_ms);
  const steady = { kind, registrations, messages: STEADY_pps, window: STEADY_pps, rate_pps: STEADY_pps };
  const { p99_ms } = await load.call('load', steady);
  return { rate, cpu, p99: p99_ms };
}

/** All rounds of a server that has its registrations. */
async function rounds(
  site: MapServerSite,
  registrations: number,
  length: keyof typeof ROUNDS,
): Promise<Samples> {
  const samples = new Map<string, number[]>();
  for (const kind of KINDS) await round(site, kind, registrations, MESSAGES.quick);
  for (let i = 0; i < ROUNDS[length]; i++)
    for (const kind of KINDS) {
      const values = await round(site, kind, registrations, MESSAGES[length]);
      for (const value of VALUES) {
        const name = udpSeries(kind, value, registrations);
        samples.set(name, [...(samples.get(name) ?? []), values[value]]);
      }
    }
  return samples;
}

export const mapServerStage: Stage = {
  name: 'map-server',

  async run(wanted: ReadonlySet<string>, { quick, cpu, say, part }: Context): Promise<Samples> {
    const samples = new Map<string, readonly number[]>();
    const length = quick ? 'quick' : 'full';
    for (const registrations of REGISTRATIONS) {
      const names = KINDS.flatMap((kind) => VALUES.map((value) => udpSeries(kind, value, registrations)));
      if (![...names, fillSeries(registrations)].some((name) => wanted.has(name))) continue;
      const text = `${registrations.toLocaleString('en')} registrations`;
      say(`Map-Server over UDP: ${text}`);
      await part(text, () =>
        withMapServer(cpu, registrations, async (site) => {
          samples.set(fillSeries(registrations), [await site.load.call('fill', registrations, WINDOW)]);
          for (const [name, values] of await rounds(site, registrations, length)) samples.set(name, values);
        }),
      );
    }
    return samples;
  },
};
