// SPDX-License-Identifier: Apache-2.0
// A Map-Server and Map-Resolver on one CPU, without sockets: what its code can do.
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { CodecMessage, MappingSystemMethods } from '#scripts/benchmark/inside/mapping-system.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import { interleave, type Measure } from '#scripts/benchmark/interleave.js';

export const REGISTRATIONS = [1, 100_000, 1_000_000] as const;
export const CODEC_MESSAGES: readonly CodecMessage[] = ['map-request', 'map-reply', 'map-register'];

const ROUNDS = { quick: 7, full: 25 } as const;
const HEAP_MB = 8192;

export function registrationSeries(what: 'requests' | 'registers' | 'bytes', registrations: number): string {
  return `${what}-${registrations}`;
}

type MappingSystem = Inside<MappingSystemMethods>;

async function codecs(system: MappingSystem, rounds: number): Promise<[string, number[]][]> {
  const samples: [string, number[]][] = [];
  for (const message of CODEC_MESSAGES) {
    const [encode, decode]: [number[], number[]] = [[], []];
    await system.call('codec', message);
    for (let round = 0; round < rounds; round++) {
      const pace = await system.call('codec', message);
      encode.push(pace.encode);
      decode.push(pace.decode);
    }
    samples.push([`encode-${message}`, encode], [`decode-${message}`, decode]);
  }
  return samples;
}

export const mappingSystemStage: Stage = {
  name: 'mapping-system',

  async run(wanted: ReadonlySet<string>, { quick, cpu, say, part }: Context): Promise<Samples> {
    const rounds = ROUNDS[quick ? 'quick' : 'full'];
    const nodeOptions = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`];
    const system: MappingSystem = new Inside({ module: './mapping-system.js', cpu, nodeOptions });
    const samples = new Map<string, readonly number[]>();
    try {
      if ([...wanted].some((name) => /^(en|de)code-/.test(name)))
        for (const [name, values] of await codecs(system, rounds)) samples.set(name, values);
      for (const registrations of REGISTRATIONS) {
        const kinds = ['requests', 'registers'] as const;
        const names = [...kinds, 'bytes' as const].map((kind) => registrationSeries(kind, registrations));
        if (!names.some((name) => wanted.has(name))) continue;
        const text = `${registrations.toLocaleString('en')} registrations`;
        say(`mapping system: ${text}`);
        await part(text, async () => {
          samples.set(registrationSeries('bytes', registrations), [await system.call('fill', registrations)]);
          const measures = new Map<string, Measure>(
            kinds.map((kind) => [registrationSeries(kind, registrations), () => system.call(kind)]),
          );
          for (const [name, values] of await interleave(measures, rounds)) samples.set(name, values);
        });
      }
      return samples;
    } finally {
      await system.kill();
    }
  },
};
