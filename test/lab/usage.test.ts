// SPDX-License-Identifier: Apache-2.0
// What scripts/lab answers at once: nothing of it is built or bootstrapped, and no lab is touched.
import { spawnSync } from 'node:child_process';
import test from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { NODES } from '#scripts/testbed/topology.js';
import { lab } from './lab-process.js';

const WRONG: readonly (readonly [args: readonly string[], says: string])[] = [
  [['dwon'], "unknown command or option 'dwon'"],
  [['--json'], '--json needs a FILE'],
  [['--json', '--keep'], '--json needs a FILE'],
  [['--keep', 'down'], "unknown command or option 'down'"],
  [['--force'], "unknown command or option '--force'"],
  [['down', 'now'], 'down takes nothing but --force'],
  [['exec', 'xtr4'], 'exec needs a NODE and a COMMAND'],
];

for (const [args, says] of WRONG)
  test(`scripts/lab ${args.join(' ')} is wrong use`, async (t) => {
    const run = lab(...args);
    t.is(await run.ended, 2);
    t.true(run.output().startsWith(`lab: ${says}\n\nscripts/lab [--keep]`), run.output());
  });

test('scripts/lab --help names every node', async (t) => {
  const run = lab('--help');
  t.is(await run.ended, 0);
  const names = NODES.map(({ name }) => name).join(' ');
  t.true(run.output().includes(`nodes: ${names}\n`), run.output());
});

/** Of facts that cannot be written, which is told before the lab is touched. */
function failure(stack: '1' | undefined): string {
  const args = [`${REPOSITORY}build/scripts/story/main.js`, '--json', '/proc/nowhere/facts.json'];
  const env = { ...process.env, XTRD_LAB_STACK: stack };
  return spawnSync(process.execPath, args, { encoding: 'utf8', env }).stderr;
}

test('an error is one line', (t) => {
  t.regex(failure(undefined), /^lab: [^\n]+\n$/);
});

test('an error has its stack and its cause where XTRD_LAB_STACK asks for them', (t) => {
  t.regex(failure('1'), /^lab: Error: .*\n +at .*\.js:\d+:\d+[^]*\[cause\]: .*ENOENT/);
});
