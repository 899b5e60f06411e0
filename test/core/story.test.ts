// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress } from '#addr/index.js';
import { hostEntry, type SimulatedNode, type Simulation } from './simulation.js';
import { storyNetwork } from './story-nodes.js';

const HOST1 = '1.1.1.1';
const HOST5 = '5.5.5.5';

function node(simulation: Simulation, name: string): SimulatedNode {
  const found = simulation.nodes.get(name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

/** One packet from host5 to host1 each millisecond, numbered from `first`. */
function stream(simulation: Simulation, first: number, count: number): void {
  const start = simulation.now;
  for (let i = 0; i < count; i++)
    simulation.at(start + i, () => node(simulation, 'xtr4').fromHost(HOST5, HOST1, first + i));
}

function locatorAt(simulation: Simulation, name: string): string | undefined {
  const forwarding = hostEntry(node(simulation, name).mapCache, HOST1);
  const rloc = forwarding?.action === 'encapsulate' ? forwarding.locators[0]?.rloc : undefined;
  return rloc && formatAddress(rloc);
}

/** Numbers of the received stream; packets of host1 itself have the number 0. */
function numbers(simulation: Simulation): number[] {
  return simulation.delivered
    .map(({ number }) => number)
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

test('acts 1 to 4: a host is learnt, resolved, moves, and no packet is lost on the way', (t) => {
  const simulation = storyNetwork();
  node(simulation, 'xtr2').fromHost(HOST1, HOST5, 0);
  simulation.run(100);
  t.is(hostEntry(node(simulation, 'xtr2').localEids, HOST1)?.kind, 'local');

  stream(simulation, 1, 50);
  simulation.run(100);
  t.is(locatorAt(simulation, 'xtr4'), '2.2.2.2');
  t.deepEqual(
    numbers(simulation),
    Array.from({ length: 50 }, (_, i) => i + 1),
    'those before the Map-Reply were held and sent on',
  );

  simulation.delivered.length = 0;
  stream(simulation, 51, 100);
  simulation.run(20);
  node(simulation, 'xtr6').fromHost(HOST1, HOST5, 0); // behind another router now
  simulation.run(2_000); // a Map-Request for an EID goes out once a second (9301-5.3-05)
  t.is(locatorAt(simulation, 'xtr4'), '6.6.6.6');
  t.is(hostEntry(node(simulation, 'xtr2').localEids, HOST1)?.kind, 'away');
  t.deepEqual(
    numbers(simulation),
    Array.from({ length: 100 }, (_, i) => i + 51),
  );
  t.true(node(simulation, 'xtr2').agent.counters.get('smrOut') === 1);
});

test('the events of a move are in the documented order', (t) => {
  const simulation = storyNetwork();
  node(simulation, 'xtr2').fromHost(HOST1, HOST5, 0);
  stream(simulation, 1, 20);
  simulation.run(2_000);
  simulation.events.length = 0;
  stream(simulation, 21, 100);
  node(simulation, 'xtr6').fromHost(HOST1, HOST5, 0);
  simulation.run(200);

  t.deepEqual(simulation.eventsOf('xtr6', HOST1).slice(0, 3), [
    'eid-learnt',
    'map-register-sent',
    'map-notify-received',
  ]);
  t.deepEqual(simulation.eventsOf('xtr2', HOST1), [
    'map-notify-received',
    'eid-away',
    'stale-packet',
    'smr-sent',
    'withdraw-sent',
    'map-notify-received', // acknowledges the withdrawal
  ]);
  t.deepEqual(simulation.eventsOf('xtr4', HOST1), [
    'smr-received',
    'smr-invoked-map-request-sent',
    'map-reply-received',
    'map-cache-updated',
  ]);
});

test('a host that comes back is local again and stays local', (t) => {
  const simulation = storyNetwork();
  for (const [name, wait] of [
    ['xtr2', 4_000],
    ['xtr6', 4_000],
    ['xtr2', 4_000],
  ] as const) {
    node(simulation, name).fromHost(HOST1, HOST5, 0);
    simulation.run(wait);
  }
  t.is(hostEntry(node(simulation, 'xtr2').localEids, HOST1)?.kind, 'local');
  t.is(hostEntry(node(simulation, 'xtr6').localEids, HOST1)?.kind, 'away');
  stream(simulation, 1, 5);
  simulation.run(100);
  t.deepEqual(simulation.delivered.at(-1), { number: 5, by: 'xtr2' });
});

test('a host that moves faster than messages travel ends up where it sent last', (t) => {
  const simulation = storyNetwork();
  for (let i = 0; i < 20; i++)
    simulation.at(simulation.now + i, () =>
      node(simulation, i % 2 === 0 ? 'xtr2' : 'xtr6').fromHost(HOST1, HOST5, 0),
    );
  simulation.run(30_000);
  node(simulation, 'xtr6').fromHost(HOST1, HOST5, 0);
  simulation.run(30_000);
  t.is(hostEntry(node(simulation, 'xtr6').localEids, HOST1)?.kind, 'local');
  t.not(hostEntry(node(simulation, 'xtr2').localEids, HOST1)?.kind, 'local');
});
