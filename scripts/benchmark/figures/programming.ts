// SPDX-License-Identifier: Apache-2.0
import { type Figure, pairs, seriesOf } from '#scripts/benchmark/figure.js';
import {
  memoryStage,
  programmingStage,
  RLOC_SETS,
  rlocStateStage,
} from '#scripts/benchmark/stages/programming.js';

const group = 'Programming the maps from JavaScript';
const shared = { group, stage: programmingStage } as const;

function rate(series: string, title: string, how: string, least?: number): Figure {
  return {
    ...{ ...shared, name: `program-${series}`, title, how, unit: 'per second', series: [series] },
    ...(least === undefined ? {} : { target: { least }, reasonIfShort: SHORT.rate }),
    values: (samples) => seriesOf(samples, series),
  };
}

function time(series: string, title: string, how: string, more: Partial<Figure> = {}): Figure {
  const figure = { ...shared, name: `program-${series}`, title, how, unit: 'ms', series: [series] } as const;
  return { ...figure, ...more, values: (samples) => seriesOf(samples, series) };
}

function bytes(name: string, title: string, how: string, series: readonly string[]): Figure {
  const [first = '', second] = series;
  return {
    ...{ group, stage: memoryStage, name, title, how, unit: 'bytes', series },
    values: (samples) =>
      second === undefined ? seriesOf(samples, first) : pairs(samples, first, second, (a, b) => a + b),
  };
}

const CPU = "of CPU time of the process, the garbage collector's threads included";
const STALL = 'longest time from one turn of the loop to the next, by the clock, making the effects included';
const SLICES =
  'calls of 512 effects, the most that the control plane hands out at once, each followed by a turn of the event loop';

/** What is known to keep these figures short where they are. */
const SHORT = {
  rate: 'a mapping takes the kernel an update of the trie, which allocates: what that costs differs by half from run to run where memory is shared with other machines, as do the quartiles',
  stall:
    'a turn that meets the garbage collector waits for it (node --trace-gc shows each); 512 mappings themselves take 3 ms',
  rlocDown:
    'the first time of a process is the longest: its code is not compiled yet, and the sets are not in the caches of the processor',
} as const;

function rlocDown(sets: number): Figure {
  const series = `rloc-down-${sets}`;
  return {
    ...{ group, stage: rlocStateStage, name: series, unit: 'ms', series: [series] },
    title: `An RLOC goes down that ${sets === 1 ? 'one locator-set has' : `${sets.toLocaleString('en')} locator-sets have`}`,
    how: 'by the clock, from the effect until no flow bucket of any set names the RLOC and the caches are void: no packet goes there any more; all EIDs (a million, quick 30,000) are spread over the sets; the first time of a process included',
    target: { most: 5 },
    judged: 'max',
    reasonIfShort: SHORT.rlocDown,
    values: (samples) => seriesOf(samples, series),
  };
}

export const programmingFigures: readonly Figure[] = [
  rate('bulk', 'Mappings programmed, in bulk', `new EIDs to 128 RLOCs in ${SLICES}; ${CPU}`, 150_000),
  rate(
    'single',
    'Mappings programmed, one by one',
    `new EIDs, one effect a call, a turn of the event loop after 512; ${CPU}`,
  ),
  rate('replace', 'Mappings replaced', `all EIDs to other RLOCs, in ${SLICES}; ${CPU}`),
  rate('delete', 'Mappings deleted', `all of them, in ${SLICES}; ${CPU}`),
  time('stall-bulk', 'Stall of the event loop, in bulk', STALL, {
    target: { most: 20 },
    judged: 'max',
    reasonIfShort: SHORT.stall,
  }),
  time('stall-single', 'Stall of the event loop, one by one', STALL),
  time('stall-replace', 'Stall of the event loop, replacing', STALL),
  time('stall-delete', 'Stall of the event loop, deleting', STALL),
  time('load-million', 'Load 1,000,000 mappings', `in ${SLICES}; CPU time of the process`, { slow: true }),
  time('delete-million', 'Delete 1,000,000 mappings', `in ${SLICES}; CPU time of the process`, {
    slow: true,
  }),
  time('stall-million', 'Stall of the event loop while 1,000,000 are loaded', STALL, {
    ...{ target: { most: 20 }, judged: 'max', slow: true, reasonIfShort: SHORT.stall },
  }),
  ...RLOC_SETS.map(rlocDown),
  {
    ...bytes('memory', 'Memory for a mapping, kernel and agent', 'the sum of the next two', [
      'memory-kernel',
      'memory-agent',
    ]),
    target: { most: 1000 },
  },
  bytes(
    'memory-kernel',
    'Memory for a mapping, kernel',
    'all maps of the data path as the kernel accounts them (fdinfo), sized for the mappings that they hold',
    ['memory-kernel'],
  ),
  bytes(
    'memory-agent',
    'Memory for a mapping, agent',
    'heap and buffers after garbage collection: map-cache of the control plane and tables of the data path',
    ['memory-agent'],
  ),
];
