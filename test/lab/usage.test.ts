// SPDX-License-Identifier: Apache-2.0
// What scripts/lab answers at once: nothing of it is built or bootstrapped, and no lab is touched.
import test from 'ava';
import { NODES } from '../../scripts/story/topology.js';
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
