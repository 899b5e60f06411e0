// SPDX-License-Identifier: Apache-2.0
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { MemoryReaderMethods } from '#scripts/benchmark/inside/memory-reader.js';
import { interleave, type Measure } from '#scripts/benchmark/interleave.js';

/** A large map-cache lies in a table of the second size: 1,000,000 IPv4 prefixes, two slots of 16 bytes for each. */
export const TABLES_MB = [4, 32] as const;
const ROUNDS = { quick: 5, full: 15 } as const;

export function memoryReadSeries(table_MB: number): string {
  return `read-${table_MB}`;
}

export const memoryReadStage: Stage = {
  name: 'memory-read',

  async run(wanted: ReadonlySet<string>, { quick, cpu, say }: Context): Promise<Samples> {
    say('memory: tables read at random');
    const reader = new Inside<MemoryReaderMethods>({ module: './memory-reader.js', cpu });
    try {
      const measures = new Map<string, Measure>();
      for (const table_MB of TABLES_MB)
        if (wanted.has(memoryReadSeries(table_MB)))
          measures.set(memoryReadSeries(table_MB), () => reader.call('read', table_MB));
      return await interleave(measures, ROUNDS[quick ? 'quick' : 'full']);
    } finally {
      await reader.kill();
    }
  },
};
