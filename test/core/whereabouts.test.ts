// SPDX-License-Identifier: Apache-2.0
// Two xTRs and a Map-Server that disagree about the site of a host: finally it is where it answers.
import test, { type ExecutionContext } from 'ava';
import { hostEntry, type SimulatedNode, type Simulation } from './simulation.js';
import { storyNetwork } from './story-nodes.js';

const HOST1 = '1.1.1.1';
const HOST5 = '5.5.5.5';

function node(simulation: Simulation, name: string): SimulatedNode {
  const found = simulation.nodes.get(name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

/** host1 sent behind each of these nodes in turn. */
function moved(...names: string[]): Simulation {
  const simulation = storyNetwork();
  for (const name of names) {
    node(simulation, name).fromHost(HOST1, HOST5, 0);
    simulation.run(10_000);
  }
  return simulation;
}

/** The host is local here and nowhere else, and the Map-Server has the same. */
function isAt(t: ExecutionContext, simulation: Simulation, here: 'xtr2' | 'xtr6'): void {
  const there = here === 'xtr2' ? 'xtr6' : 'xtr2';
  t.is(hostEntry(node(simulation, here).localEids, HOST1)?.kind, 'local');
  t.not(hostEntry(node(simulation, there).localEids, HOST1)?.kind, 'local');
  simulation.delivered.length = 0;
  node(simulation, 'xtr4').fromHost(HOST5, HOST1, 1);
  simulation.run(5_000);
  t.deepEqual(simulation.delivered, [{ number: 1, by: here }]);
  t.is(registers(simulation, there, 600_000), 0, 'nobody else registers it again');
}

/** Number of Map-Registers for host1 alone that a node sends in this time. */
function registers(simulation: Simulation, name: string, duration_ms: number): number {
  const count = (): number =>
    simulation.eventsOf(name, HOST1).filter((event) => event === 'map-register-sent').length;
  const before = count();
  simulation.run(duration_ms);
  return count() - before;
}

/**
 * Both xTRs have the host, because a dead Map-Server sent no Map-Notify. The host is at the first of them.
 */
function bothHaveIt(here: 'xtr2' | 'xtr6', there: 'xtr2' | 'xtr6'): Simulation {
  const simulation = moved(there);
  simulation.cut.add('msmr');
  node(simulation, here).fromHost(HOST1, HOST5, 0);
  simulation.run(5_000);
  simulation.cut.delete('msmr');
  simulation.restart('msmr');
  return simulation;
}

for (const [here, there] of [
  ['xtr2', 'xtr6'],
  ['xtr6', 'xtr2'],
] as const)
  test(`the Map-Server restarts, and ${there} refreshes a host that is behind ${here}`, (t) => {
    const simulation = bothHaveIt(here, there);
    simulation.run(180_000);
    isAt(t, simulation, here);
  });

test('an xTR that was down while a host left does not claim it', (t) => {
  const simulation = moved('xtr2');
  node(simulation, 'xtr2').runtime.stop();
  node(simulation, 'xtr6').fromHost(HOST1, HOST5, 0);
  simulation.run(200_000);
  simulation.restart('xtr2');
  simulation.run(200_000);
  t.true(simulation.eventsOf('xtr2', HOST1).includes('eid-forgotten'));
  isAt(t, simulation, 'xtr6');
  t.is(simulation.eventsOf('xtr6', HOST1).filter((event) => event === 'eid-away').length, 0);
});

test('an xTR that was down while a host stayed keeps it', (t) => {
  const simulation = moved('xtr2');
  node(simulation, 'xtr2').runtime.stop();
  simulation.run(20_000);
  simulation.restart('xtr2');
  simulation.run(100);
  isAt(t, simulation, 'xtr2');
});

test('an xTR without contact to the Map-Server does not claim a host that left', (t) => {
  const simulation = moved('xtr2');
  simulation.cut.add('xtr2');
  simulation.run(100_000);
  node(simulation, 'xtr6').fromHost(HOST1, HOST5, 0);
  simulation.run(600_000);
  simulation.cut.delete('xtr2');
  simulation.run(300_000);
  t.is(simulation.eventsOf('xtr6', HOST1).filter((event) => event === 'eid-away').length, 0);
  t.is(hostEntry(node(simulation, 'xtr6').localEids, HOST1)?.kind, 'local');
});

test('... and registers a host that stayed', (t) => {
  const simulation = moved('xtr2');
  simulation.cut.add('xtr2');
  simulation.run(700_000);
  simulation.cut.delete('xtr2');
  simulation.run(70_000);
  isAt(t, simulation, 'xtr2');
});

test('an address that both sites answer for does not move back and forth as fast as messages travel', (t) => {
  const simulation = moved('xtr2', 'xtr6');
  node(simulation, 'xtr2').fromHost(HOST1, HOST5, 0);
  simulation.hosts.set(HOST1, ['xtr2', 'xtr6']);
  const moves = (): number => simulation.events.filter(({ event: { name } }) => name === 'eid-away').length;
  for (let minute = 0; minute < 10; minute++) {
    const before = moves();
    simulation.run(60_000);
    t.true(moves() - before <= 3, `${moves() - before} in minute ${minute}`);
  }
  t.true(moves() > 1, 'the host moved to each of them');
});
