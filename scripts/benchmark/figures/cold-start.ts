// SPDX-License-Identifier: Apache-2.0
import { type Figure, seriesOf } from '#scripts/benchmark/figure.js';
import { LIMITS_TEXT } from '#scripts/benchmark/site/overlay.js';
import {
  ARRIVALS,
  type Arrivals,
  coldSeries,
  coldStartStage,
  FLOOD,
  ONE,
  PATIENCE_ms,
  SILENCE_ms,
  WARM_UP,
} from '#scripts/benchmark/stages/cold-start.js';
import type { CdfSpec } from './cdf-spec.js';

const group = 'Cold start: the first packet to an unknown EID';
const shared = { group, stage: coldStartStage } as const;
const TARGET_ms = 5;
/** What is known to keep these figures short where they are. */
const SHORT = {
  one: 'four agents, each a process of JavaScript, share the CPUs with the sender: a resolution costs each on its way a few wake-ups',
  flood:
    'four agents, each a process of JavaScript, share the CPUs with the sender; the row of CPU time says how many EIDs a second that allows',
} as const;
const LOST = `sent and never delivered: ended when no packet had come for ${SILENCE_ms / 1000} s, ${PATIENCE_ms / 1000} s after the last was sent at most`;

function figure(
  arrivals: Arrivals,
  what: Parameters<typeof coldSeries>[1],
  texts: Pick<Figure, 'title' | 'how' | 'unit'>,
  more: Partial<Figure> = {},
): Figure {
  const series = coldSeries(arrivals, what);
  const name = `cold-start-${series}`;
  return {
    ...shared,
    ...texts,
    name,
    series: [series],
    ...more,
    values: (samples) => seriesOf(samples, series),
  };
}

function figuresOf(arrivals: Arrivals): Figure[] {
  const one = arrivals.name === ONE.name;
  const pace = one
    ? `one EID after the other, ${arrivals.rate_pps} a second`
    : `${arrivals.rate_pps.toLocaleString('en')} new EIDs a second`;
  const about = `one packet to each, after ${WARM_UP.full.toLocaleString('en')} others (${WARM_UP.quick} in a quick run) so that the agents' code is compiled; no injected delay; ${LIMITS_TEXT}`;
  return [
    figure(
      arrivals,
      'latency',
      {
        ...{ title: `First packet to delivery, ${pace}`, unit: 'ms' },
        how: `from the system call that sends the packet until it reaches the interface of its host: held by the ITR, Map-Request, Map-Server, ETR, Map-Reply, sent on; ${about}`,
      },
      one ? { target: { most: TARGET_ms }, judged: 'p99', reasonIfShort: SHORT.one } : {},
    ),
    figure(
      arrivals,
      'lost',
      { title: `First packets lost, ${pace}`, unit: 'packets', how: `${LOST}; ${about}` },
      { target: { most: 0 }, judged: 'max', ...(one ? {} : { reasonIfShort: SHORT.flood }) },
    ),
    ...(one
      ? []
      : [
          figure(arrivals, 'cpu', {
            ...{ title: `CPU time of all agents for an EID, ${pace}`, unit: 'us' },
            how: `holding, asking, forwarding, answering, programming and sending on, of the four agents; divided by the packets delivered; ${about}`,
          }),
          figure(arrivals, 'rate', {
            ...{ title: `EIDs resolved, of ${pace}`, unit: 'per second' },
            how: `packets delivered, over the time from the first one sent to the last one delivered; ${about}`,
          }),
        ]),
  ];
}

export const coldStartFigures: readonly Figure[] = ARRIVALS.flatMap(figuresOf);

export const coldStartCdf: CdfSpec = {
  ...{ file: 'cold-start', stage: coldStartStage.name, group, target_ms: TARGET_ms },
  title: 'Cold start: from the first packet to an unknown EID to its delivery',
  subtitle: 'The packet is held while its EID is resolved through the mapping system. No injected delay.',
  xAxis: 'time until the packet is delivered (logarithmic)',
  series: [
    { name: coldSeries(ONE, 'latency'), label: 'one EID after the other' },
    { name: coldSeries(FLOOD, 'latency'), label: '10,000 new EIDs a second' },
  ],
};
