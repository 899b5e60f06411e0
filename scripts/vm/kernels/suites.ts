// SPDX-License-Identifier: Apache-2.0
import { readdir } from 'node:fs/promises';
import { REPOSITORY } from '#scripts/kit/repository.js';

export const SUITES = ['native', 'bpf', 'story'] as const;
export type SuiteName = (typeof SUITES)[number];

/**
 * Tens of thousands of frames that are cut and changed at every byte: hours where instructions are emulated. What they
 * test is our code, which is the same on every kernel; `--hostile` runs them all the same.
 */
const EXHAUSTIVE = 'hostile.test.js';

/** What `--quick` runs: whether the addon works, and whether the verifier takes the programs and they do what they should. */
export const QUICK_SUITES: readonly SuiteName[] = ['native', 'bpf'];
const QUICK_BPF = ['both-roles.test.js', 'eid-verdict.test.js', 'rloc-verdict.test.js'];

/** The compiled tests of a folder of test/. */
export async function testFiles(
  suite: 'native' | 'bpf',
  { hostile, quick }: { readonly hostile: boolean; readonly quick: boolean },
): Promise<string[]> {
  const directory = `build/test/${suite}`;
  const names = (await readdir(REPOSITORY + directory)).filter((name) => name.endsWith('.test.js'));
  const wanted = (name: string): boolean =>
    quick && suite === 'bpf' ? QUICK_BPF.includes(name) : hostile || name !== EXHAUSTIVE;
  return names.filter(wanted).map((name) => `${directory}/${name}`);
}
