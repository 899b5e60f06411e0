// SPDX-License-Identifier: Apache-2.0
import { type Figure, seriesOf } from '#scripts/benchmark/figure.js';
import { LIMITS_TEXT } from '#scripts/benchmark/site/overlay.js';
import { convergenceStage, type Crowd, CROWDS, crowdSeries } from '#scripts/benchmark/stages/convergence.js';
import type { CdfSpec } from './cdf-spec.js';

const group = 'Convergence after a host move, by SMR';
const shared = { group, stage: convergenceStage } as const;
const ONE_ms = 5;
const ALL_ms = 2_000;
/** More of them take longer to set up than a quick run has. */
const SLOW_HOSTS = 1_000;

/** What is known to keep these figures short where they are. */
const SHORT = {
  one: 'four agents, each a process of JavaScript, take turns on the CPUs: a move costs each a few wake-ups',
  many: 'each host takes the agents the CPU time in the row of that name, of one thread in each, on CPUs that the sender and the packets need too',
  lost: "the ring of a veth holds 256 frames, of these packets those of 10 ms: where its reader has no CPU for as long it refuses more, which is counted as xdp_xmit_errors (ethtool -S), and by no router's drops",
} as const;

const LOST =
  'sent minus delivered, over the whole move: the old place goes on taking packets until its router acts on the ' +
  'Map-Notify, so what is missing was lost after that';

function figure(
  { hosts }: Crowd,
  what: Parameters<typeof crowdSeries>[1],
  texts: Pick<Figure, 'title' | 'how' | 'unit'>,
  more: Partial<Figure> = {},
): Figure {
  const series = crowdSeries(hosts, what);
  return {
    ...shared,
    ...texts,
    slow: hosts > SLOW_HOSTS,
    name: series,
    series: [series],
    ...more,
    values: (samples) => seriesOf(samples, series),
  };
}

function figuresOf(crowd: Crowd): Figure[] {
  const { hosts, rate_pps } = crowd;
  const moved = hosts === 1 ? '1 host moved' : `${hosts.toLocaleString('en')} hosts moved at once`;
  const about = `${rate_pps.toLocaleString('en')} packets a second to them; no injected delay; ${LIMITS_TEXT}`;
  const largest = hosts === CROWDS.at(-1)?.hosts;
  return [
    figure(
      crowd,
      'each',
      {
        ...{ title: `Stale packet to new locator, ${moved}`, unit: 'ms' },
        how: `for each host: from the first packet that the old xTR re-encapsulates, just after it arrived, to the first one that the ITR sends to the new locator; ${about}`,
      },
      hosts === 1 ? { target: { most: ONE_ms }, judged: 'p99', reasonIfShort: SHORT.one } : {},
    ),
    ...(hosts === 1
      ? []
      : [
          figure(
            crowd,
            'all',
            {
              ...{ title: `All converged, ${moved}`, unit: 'ms' },
              how: `from the first re-encapsulated packet of any host until the ITR sends to the new locator for every one; ${about}`,
            },
            largest ? { target: { most: ALL_ms }, judged: 'max', reasonIfShort: SHORT.many } : {},
          ),
        ]),
    figure(crowd, 'whole', {
      ...{ title: `Appearance to convergence, ${moved}`, unit: 'ms' },
      how: `from when the kernel of the new router is told of the hosts until the ITR sends to the new locator for every one: learning, registration and Map-Notify are in it; ${about}`,
    }),
    figure(
      crowd,
      'lost',
      { title: `Packets lost, ${moved}`, unit: 'packets', how: `${LOST}; ${about}` },
      { target: { most: 0 }, judged: 'max', ...(hosts === 1 ? {} : { reasonIfShort: SHORT.lost }) },
    ),
    ...(hosts === 1
      ? []
      : [
          figure(crowd, 'cpu', {
            ...{ title: `CPU time of all agents for a host, ${moved}`, unit: 'us' },
            how: `learning, registering, Map-Notify, withdrawing, SMR, asking again and answering, of all four agents and their helper processes' main threads; ${about}`,
          }),
        ]),
    figure(crowd, 'reencapsulated', {
      ...{ title: `Packets re-encapsulated, ${moved}`, unit: 'packets' },
      how: `sent on by the old xTR to the new one until the ITR had converged; ${about}`,
    }),
  ];
}

export const convergenceFigures: readonly Figure[] = CROWDS.flatMap(figuresOf);

export const convergenceCdf: CdfSpec = {
  ...{ file: 'convergence', stage: convergenceStage.name, group, target_ms: ONE_ms },
  title: 'Convergence: from the first stale packet to the new locator at the ITR',
  subtitle: 'For each host that moved. Meanwhile the old xTR re-encapsulates. No injected delay.',
  xAxis: 'time since the first stale packet (logarithmic)',
  series: CROWDS.map(({ hosts }) => ({
    name: crowdSeries(hosts, 'each'),
    label: hosts === 1 ? '1 host at a time' : `${hosts.toLocaleString('en')} hosts at once`,
  })),
};
