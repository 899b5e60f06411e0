// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { PendingProbes } from '#control/mobility/pending-probes.js';
import type { Effect } from '#control/contract/effect.js';
import { eid, prefix } from '#test/control/harness.js';

const HOST = { eid: eid('1.1.1.1'), ifindex: 7 };

/** Number of probes sent at `now`, or 'silent' if the host counts as silent. */
function turn(hosts: PendingProbes<typeof HOST>, now: number): number | 'silent' {
  const out: Effect[] = [];
  return hosts.expire(now, 10, out).length > 0 ? 'silent' : out.length;
}

test('a host is probed at 0, 1 and 3 s, and counts as silent after 10 s', (t) => {
  const hosts = new PendingProbes<typeof HOST>();
  hosts.add(HOST, 0);
  const turns = [0, 999, 1_000, 2_999, 3_000, 9_999, 10_000].map((now) => turn(hosts, now));
  t.deepEqual(turns, [1, 0, 1, 0, 1, 0, 'silent']);
  t.is(hosts.nextDeadline(), undefined);
});

test('a late probe does not shorten the time to answer', (t) => {
  const hosts = new PendingProbes<typeof HOST>();
  hosts.add(HOST, 0);
  const turns = [20_000, 20_001, 20_999, 21_000, 60_000, 60_001, 66_999].map((now) => turn(hosts, now));
  t.deepEqual(turns, [1, 0, 0, 1, 1, 0, 0]);
  t.true(hosts.remove(prefix('1.1.1.1')), 'it answers in time');
});
