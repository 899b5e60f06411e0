// SPDX-License-Identifier: Apache-2.0
// Packets are looked up in one process while another changes the tables as fast as it can. Every packet is decided by
// what was there before a change or after it: never by a prefix that is shorter, another's, or half written.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Churned } from './churn-inside.js';

test('under changes every packet goes to a locator that its EID has had', async (t) => {
  const inside = fileURLToPath(new URL('churn-inside.js', import.meta.url));
  const child: ChildProcess = fork(inside, [], {
    execPath: 'unshare',
    execArgv: ['--net', '--mount', '--propagation', 'private', process.execPath],
    serialization: 'advanced',
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that looks up ended (${String(code)})`);
  });
  const [churned] = (await Promise.race([once(child, 'message'), exit])) as [Churned];
  exit.catch(() => undefined);
  t.deepEqual(churned.wrong, []);
  t.true(churned.changes > 1000, `only ${churned.changes} changes`);
  for (const [destination, seen] of Object.entries(churned.seen))
    t.true(seen.length > 0, `${destination} was sent nowhere`);
});
