// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { NODES } from '#scripts/testbed/topology.js';
import { takeMachineOptions } from '#scripts/story/vm/options.js';
import { accessBatch, cpusOf, nicsOf } from '#scripts/testbed/vm/plan.js';

const OPTIONS = { directory: '/run', queues: 2, guestOffloads: true };
const NICS = NODES.flatMap((node) => nicsOf(node, OPTIONS));

test('each cable between nodes has a listening end, which starts first, and a connecting end', (t) => {
  const cables = new Map<string, boolean[]>();
  for (const { to } of NICS)
    if ('stream' in to) cables.set(to.stream, [...(cables.get(to.stream) ?? []), to.listens]);
  t.is(cables.size, 5);
  for (const [path, ends] of cables) t.deepEqual(ends, [true, false], path);
});

test('no two NICs have the same MAC', (t) => {
  t.is(new Set(NICS.map(({ mac }) => mac)).size, NICS.length);
});

test('each NIC in a switch is a tap with the requested queues', (t) => {
  const taps = NICS.flatMap(({ to }) => ('tap' in to ? [to] : []));
  t.deepEqual(taps, [
    { tap: 'xtr2-eid0', queues: 2 },
    { tap: 'xtr6-eid0', queues: 2 },
    { tap: 'host1-eth0', queues: 2 },
  ]);
  const batch = accessBatch(2).join('\n');
  for (const { tap } of taps) t.true(batch.includes(`tuntap add dev ${tap} mode tap multi_queue`), tap);
});

test('only the routers in a switch have a processor for each queue', (t) => {
  const several = NODES.filter((node) => cpusOf(node, OPTIONS) !== 1);
  t.deepEqual(
    several.map((node) => [node.name, cpusOf(node, OPTIONS)]),
    [
      ['xtr2', 2],
      ['xtr6', 2],
    ],
  );
});

test('only the routers in a switch get complete checksums if requested', (t) => {
  const nics = NODES.flatMap((node) => nicsOf(node, { ...OPTIONS, guestOffloads: false }));
  const spared = nics.filter(({ properties }) => properties?.startsWith('guest_csum=off,'));
  t.deepEqual(
    spared.map(({ to }) => to),
    [
      { tap: 'xtr2-eid0', queues: 2 },
      { tap: 'xtr6-eid0', queues: 2 },
    ],
  );
  t.true(NICS.every(({ properties }) => properties === undefined));
});

test('guest offloads are off if the XDP mode is generic', (t) => {
  const { machine, rest } = takeMachineOptions(['--xdp', 'generic', '--queues', '2', '--keep']);
  t.deepEqual(machine, { kernel: undefined, queues: 2, guestOffloads: false });
  t.deepEqual(rest, ['--xdp', 'generic', '--keep'], 'which is for the lab, too');
  t.false(takeMachineOptions(['--xdp=generic']).machine.guestOffloads);
  for (const args of [[], ['--xdp', 'native'], ['exec', 'xtr2', 'ip', '--xdp', 'generic']])
    t.true(takeMachineOptions(args).machine.guestOffloads, args.join(' '));
});
