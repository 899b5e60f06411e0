// SPDX-License-Identifier: Apache-2.0
import { type Figure, ratios, seriesOf } from '#scripts/benchmark/figure.js';
import { MIXES, mixName } from '#scripts/benchmark/stages/mixes.js';
import { throughputStage } from '#scripts/benchmark/stages/throughput.js';

const GROUP = 'Throughput over veth, 64-byte packets, one CPU';
const shared = { group: GROUP, stage: throughputStage } as const;

/** What is known to keep these figures short where they are. */
const SHORT = {
  bare: 'the target is from a machine whose bare redirect takes 263 ns, of which 0.90 leaves 29 to add; the row "Bare XDP redirect" says what it takes here. What is added, in nanoseconds, is the row "Hot encapsulation" and "Decapsulation" minus "Bare parse and redirect"',
  kernel:
    'the row "Generator into the sink" is the share that the harness has in each packet, on both sides of the ratio',
} as const;

function ratio(
  name: string,
  a: string,
  b: string,
  texts: Pick<Figure, 'title' | 'how' | 'reasonIfShort'>,
  target?: Figure['target'],
): Figure {
  const figure: Figure = {
    ...{ ...shared, ...texts, name, unit: 'ratio', series: [a, b] },
    values: (samples) => ratios(samples, a, b),
  };
  return target ? { ...figure, target } : figure;
}

function rate(name: string, series: string, title: string, how: string): Figure {
  const figure = { ...shared, name, title, how, unit: 'pps', series: [series] } as const;
  return { ...figure, values: (samples) => seriesOf(samples, series) };
}

const RATES = [
  rate(
    'pps-generator',
    'generator',
    'Generator into the sink',
    'the harness alone: one veth pair, no router',
  ),
  rate(
    'pps-bare',
    'bare-v4',
    'Bare XDP redirect',
    'a router whose program parses, sets MAC addresses and redirects',
  ),
  rate('pps-encapsulated', 'encapsulate-v4-in-v4', 'Encapsulated', 'IPv4 over IPv4, all packets to one EID'),
  rate(
    'pps-decapsulated',
    'decapsulate-v4-in-v4',
    'Decapsulated',
    'IPv4 EIDs over IPv4 RLOCs, delivered to a host',
  ),
  rate(
    'pps-kernel-forwarding',
    'kernel-forwarding',
    'Kernel IP forwarding',
    'same router, no XDP on the way in',
  ),
  rate('pps-kernel-vxlan', 'kernel-vxlan', 'Kernel vxlan device', 'same router, a route into a vxlan device'),
];

const AGAINST_BARE = MIXES.flatMap((mix) => {
  const name = mixName(mix);
  const target = name === 'v4-in-v4' ? ({ least: 0.9 } as const) : undefined;
  const bare = `bare-v${mix.eid}`;
  return [
    ratio(
      `encapsulated-${name}`,
      `encapsulate-${name}`,
      bare,
      {
        title: `Encapsulated ${name} / bare`,
        how: 'packets a second to one EID, all features on, over those of the bare redirect',
        reasonIfShort: SHORT.bare,
      },
      target,
    ),
    ratio(
      `decapsulated-${name}`,
      `decapsulate-${name}`,
      `bare-live-v${mix.eid}`,
      {
        title: `Decapsulated ${name} / bare`,
        how: 'packets a second to one local EID over those of the bare redirect with packets of hosts',
        reasonIfShort: SHORT.bare,
      },
      target,
    ),
  ];
});

export const throughputFigures: readonly Figure[] = [
  ...AGAINST_BARE,
  ratio('through-both', 'through-both', 'bare-v4', {
    title: 'Through both routers / bare',
    how: 'encapsulated by one, decapsulated by the next, on one CPU, over one bare redirect',
  }),
  ratio(
    'encapsulated-over-vxlan',
    'encapsulate-v4-in-v4',
    'kernel-vxlan',
    {
      title: 'Encapsulated / kernel vxlan',
      how: 'over the kernel routing into its vxlan device',
      reasonIfShort: SHORT.kernel,
    },
    { least: 6 },
  ),
  ratio(
    'encapsulated-over-forwarding',
    'encapsulate-v4-in-v4',
    'kernel-forwarding',
    {
      title: 'Encapsulated / kernel forwarding',
      how: 'over the kernel forwarding the same packets without a tunnel',
      reasonIfShort: SHORT.kernel,
    },
    { least: 3 },
  ),
  ...RATES,
];
