// SPDX-License-Identifier: Apache-2.0
// Mappings from JavaScript into the maps of the kernel, without packets.
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { Pace, ProgrammerMethods } from '#scripts/benchmark/inside/programmer.js';
import { MILLION } from '#scripts/benchmark/site/router.js';
import { Network } from '#scripts/benchmark/site/network.js';
import type { TableSpec } from '#scripts/packets/eids.js';

const ENTRIES = { quick: 30_000, full: 200_000 } as const;
const ROUNDS = { quick: 3, full: 7 } as const;
const HEAP_MB = 8192;

const WAYS = ['single', 'bulk', 'replace', 'delete'] as const;
type Way = (typeof WAYS)[number];
type StallSeries = `stall-${Way}`;

/** Mappings a second, and the longest stall, of each way. */
export const PROGRAMMING_SERIES: readonly (Way | StallSeries)[] = [
  ...WAYS,
  ...WAYS.map((way): StallSeries => `stall-${way}`),
];
/** With a million mappings, once. */
export const MILLION_SERIES = ['load-million', 'delete-million', 'stall-million'] as const;

type Programmer = Inside<ProgrammerMethods>;

async function rounds(
  programmer: Programmer,
  table: TableSpec,
  count: number,
): Promise<[string, number[]][]> {
  const samples = new Map<string, number[]>(PROGRAMMING_SERIES.map((name) => [name, []]));
  // a round before the first is thrown away, as by interleave()
  for (let round = -1; round < count; round++) {
    const add = (way: Way, { total_ms, stall_ms }: Pace): void => {
      if (round < 0) return;
      samples.get(way)?.push((table.entries * 1000) / total_ms);
      samples.get(`stall-${way}`)?.push(stall_ms);
    };
    add('single', await programmer.call('set', table, 'single'));
    await programmer.call('delete');
    add('bulk', await programmer.call('set', table, 'bulk'));
    add('replace', await programmer.call('replace', table));
    add('delete', await programmer.call('delete'));
  }
  return [...samples];
}

async function million(programmer: Programmer): Promise<[string, number[]][]> {
  const table = { family: 4, shape: 'internet', entries: MILLION } as const;
  const load = await programmer.call('set', table, 'bulk');
  const gone = await programmer.call('delete');
  return [
    ['load-million', [load.total_ms]],
    ['stall-million', [load.stall_ms]],
    ['delete-million', [gone.total_ms]],
  ];
}

/**
 * A process that programs maps with room for so many mappings. It may use all CPUs, as an agent may, which lets the garbage
 * collector work beside it; what that takes is in the rates all the same, for they count the CPU time of the process.
 */
async function withProgrammer<T>(entries: number, use: (programmer: Programmer) => Promise<T>): Promise<T> {
  const network = new Network();
  const nodeOptions = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`];
  const programmer: Programmer = new Inside({ module: './programmer.js', nodeOptions });
  try {
    await network.mount();
    await programmer.call('open', network.bpfFilesystem, entries);
    return await use(programmer);
  } finally {
    await programmer.kill();
    await network.close();
  }
}

export const programmingStage: Stage = {
  name: 'programming',

  run(wanted: ReadonlySet<string>, { quick, say }: Context): Promise<Samples> {
    const length = quick ? 'quick' : 'full';
    const table = { family: 4, shape: 'internet', entries: ENTRIES[length] } as const;
    const needs = (names: readonly string[]): boolean => names.some((name) => wanted.has(name));
    return withProgrammer(needs(MILLION_SERIES) ? MILLION : table.entries, async (programmer) => {
      say(`programming: ${table.entries} mappings, ${ROUNDS[length]} rounds`);
      const each = needs(PROGRAMMING_SERIES) ? await rounds(programmer, table, ROUNDS[length]) : [];
      return new Map([...each, ...(needs(MILLION_SERIES) ? await million(programmer) : [])]);
    });
  },
};

/** Locator-sets that have the RLOC which goes down. */
export const RLOC_SETS = [1, 4096] as const;
const RLOC_ROUNDS = 15;

/** For each number of sets a process of its own: the first time is that of an agent which has not done it before. */
export const rlocStateStage: Stage = {
  name: 'rloc-state',

  async run(wanted: ReadonlySet<string>, { quick, say }: Context): Promise<Samples> {
    const entries = quick ? ENTRIES.quick : MILLION;
    const samples = new Map<string, number[]>();
    for (const sets of RLOC_SETS) {
      const name = `rloc-down-${sets}`;
      if (!wanted.has(name)) continue;
      say(`rloc-state: ${entries} mappings, ${sets} locator-sets`);
      const times = await withProgrammer(entries, async (programmer) => {
        await programmer.call('shareRloc', { family: 4, shape: 'internet', entries }, sets);
        return programmer.call('loseRloc', RLOC_ROUNDS);
      });
      samples.set(name, times);
    }
    return samples;
  },
};

/** In a process of its own, whose maps are as large as the table. */
export const memoryStage: Stage = {
  name: 'memory',

  run(_wanted: ReadonlySet<string>, { quick, say }: Context): Promise<Samples> {
    const entries = quick ? ENTRIES.full : MILLION;
    return withProgrammer(entries, async (programmer) => {
      say(`memory: ${entries} mappings`);
      const { kernel, agent } = await programmer.call('weigh', { family: 4, shape: 'internet', entries });
      return new Map([
        ['memory-kernel', [kernel]],
        ['memory-agent', [agent]],
      ]);
    });
  },
};
