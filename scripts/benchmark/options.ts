// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import type { Figure } from './figure.js';
import { FIGURES } from './figures/index.js';
import { GENERATOR_CHOICES, type GeneratorChoice } from '#scripts/packets/stream.js';

export const USAGE = `scripts/bench [--quick] [--out DIR] [--only NAME...] [--generator G]   measure the product against its limits
scripts/bench --list                                                    the names of the figures

  --quick        two to three minutes instead of twenty: fewer rounds, fewer sizes
  --out DIR      write report.md, report.json and plots there; made if need be
  --only NAME    these figures alone; a name may end in * and may be repeated
  --generator G  what sends the packets of the throughput figures: live-frame (the default; Linux 5.18), pktgen, or
                 auto: pktgen where the kernel has it. LISP packets and tables of EIDs are always sent by live-frame
  --list         the names of all figures, and what they are
  --help         this text

docs/performance.md explains the figures.`;

export class UsageError extends Error {}

export interface Options {
  readonly figures: readonly Figure[];
  readonly quick: boolean;
  readonly out: string | undefined;
  readonly only: readonly string[];
  readonly generator: GeneratorChoice;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const only = [...values.only, ...positionals];
  if (positionals.length > 0 && values.only.length === 0)
    throw new UsageError(`unknown argument '${positionals.join(' ')}'`);
  const { quick, list, help, out } = values;
  const generator = GENERATOR_CHOICES.find((choice) => choice === values.generator);
  if (generator === undefined)
    throw new UsageError(`--generator ${values.generator}: it is one of ${GENERATOR_CHOICES.join(', ')}`);
  return { figures: chosen(only, quick), quick, out, only, generator, list, help };
}

interface Parsed {
  readonly values: {
    readonly quick: boolean;
    readonly only: string[];
    readonly generator: string;
    readonly list: boolean;
    readonly help: boolean;
    readonly out: string | undefined;
  };
  readonly positionals: string[];
}

function parse(args: readonly string[]): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        out: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        generator: { type: 'string', default: 'live-frame' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return { values: { ...values, out: values.out }, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function chosen(patterns: readonly string[], quick: boolean): readonly Figure[] {
  if (patterns.length === 0) return FIGURES.filter(({ slow = false }) => !(quick && slow));
  const matches = (pattern: string, name: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  for (const pattern of patterns)
    if (!FIGURES.some(({ name }) => matches(pattern, name)))
      throw new UsageError(`there is no figure '${pattern}': scripts/bench --list names them`);
  return FIGURES.filter(({ name }) => patterns.some((pattern) => matches(pattern, name)));
}
