// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { NODES } from '../../scripts/story/topology.js';
import { accessBatch, nicsOf } from '../../scripts/vm/lab/plan.js';

const NICS = NODES.flatMap((node) => nicsOf(node, '/run', 2));

test('each cable between nodes has one that listens, started first, and one that calls', (t) => {
  const cables = new Map<string, boolean[]>();
  for (const { to } of NICS)
    if ('stream' in to) cables.set(to.stream, [...(cables.get(to.stream) ?? []), to.listens]);
  t.is(cables.size, 5);
  for (const [path, ends] of cables) t.deepEqual(ends, [true, false], path);
});

test('no two NICs have the same MAC', (t) => {
  t.is(new Set(NICS.map(({ mac }) => mac)).size, NICS.length);
});

test('what is in a switch is a tap with the queues that were asked for', (t) => {
  const taps = NICS.flatMap(({ to }) => ('tap' in to ? [to] : []));
  t.deepEqual(taps, [
    { tap: 'xtr2-eid0', queues: 2 },
    { tap: 'xtr6-eid0', queues: 2 },
    { tap: 'host1-eth0', queues: 2 },
  ]);
  const batch = accessBatch(2).join('\n');
  for (const { tap } of taps) t.true(batch.includes(`tuntap add dev ${tap} mode tap multi_queue`), tap);
});

test('hosts finish the checksums of what they send into a switch', (t) => {
  const finishing = NICS.filter(({ properties }) => properties === 'csum=off').map(({ to }) => to);
  t.deepEqual(finishing, [{ tap: 'host1-eth0', queues: 2 }]);
});
