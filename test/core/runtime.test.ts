// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { hostEidPrefix, parseAddress } from '#addr/index.js';
import { encodeMessage } from '#wire/index.js';
import { hostEntry, type SimulatedNode } from './simulation.js';
import { storyNetwork } from './story-nodes.js';
import { mapRequest } from '#test/helpers/messages.js';

function xtr4(): { simulation: ReturnType<typeof storyNetwork>; node: SimulatedNode } {
  const simulation = storyNetwork();
  const node = simulation.nodes.get('xtr4');
  if (node === undefined) throw new Error('no xtr4');
  simulation.nodes.get('xtr2')?.fromHost('1.1.1.1', '5.5.5.5', 0);
  simulation.run(2_000);
  return { simulation, node };
}

const EID = { instanceId: 0, address: parseAddress('1.1.1.1') };

test('a lookup resolves with the answer', async (t) => {
  const { simulation, node } = xtr4();
  const lookup = node.runtime.lookup(EID, undefined);
  simulation.run(100);
  t.like(await lookup, { outcome: 'reply', from: parseAddress('2.2.2.2'), attempts: 1 });
});

test('a lookup without an answer times out', async (t) => {
  const { simulation, node } = xtr4();
  const lookup = node.runtime.lookup(EID, parseAddress('192.0.2.77'));
  simulation.run(60_000);
  t.like(await lookup, { outcome: 'timeout' });
});

test('refused trie writes are counted and reported', (t) => {
  const { simulation, node } = xtr4();
  node.refusals = 1;
  node.fromHost('5.5.5.5', '1.1.1.1', 1);
  simulation.run(100);
  t.is(node.agent.counters.get('trieFull'), 1);
  t.true(simulation.eventsOf('xtr4', '1.1.1.1').includes('table-full'));
  t.is(node.agent.xtr?.mapCache.get(hostEidPrefix(EID)), undefined, 'the map-cache says what the trie holds');
  node.fromHost('5.5.5.5', '1.1.1.1', 2);
  simulation.run(5_000);
  t.is(hostEntry(node.mapCache, '1.1.1.1')?.action, 'encapsulate', 'there is room now');
});

test('clearing reports the number of entries and deletes them from the trie', async (t) => {
  const { simulation, node } = xtr4();
  node.fromHost('5.5.5.5', '1.1.1.1', 1);
  simulation.run(100);
  t.is(hostEntry(node.mapCache, '1.1.1.1')?.action, 'encapsulate');
  t.is(await node.runtime.clearMapCache(undefined), 1);
  t.is(hostEntry(node.mapCache, '1.1.1.1'), undefined);
  t.is(await node.runtime.clearMapCache(undefined), 0);
});

test('after stop nothing is sent or changed, not even by a timer', (t) => {
  const { simulation, node } = xtr4();
  node.runtime.stop();
  simulation.events.length = 0;
  node.fromHost('5.5.5.5', '1.1.1.1', 1);
  simulation.run(600_000);
  t.deepEqual(
    simulation.events.filter(({ node: name }) => name === 'xtr4'),
    [],
  );
  t.is(hostEntry(node.mapCache, '1.1.1.1'), undefined);
});

const hostileRequest = test.macro({
  title: (_, what: string) => `a Map-Request ${what} does not end the Map-Server`,
  exec(t, _what: string, fromPort: number, padding: number) {
    const { simulation } = xtr4();
    const mapServer = simulation.nodes.get('msmr');
    const asked = { itrRlocs: [parseAddress('203.0.113.9')], records: [hostEidPrefix(EID)] };
    const request = encodeMessage(mapRequest(asked));
    const bytes = new Uint8Array(request.length + padding);
    bytes.set(request);
    const datagram = { from: parseAddress('203.0.113.9'), fromPort, to: parseAddress('192.0.2.9'), bytes };
    t.notThrows(() => mapServer?.receive(datagram));
    simulation.run(100);
  },
});
test(hostileRequest, 'from the data port', 4341, 0);
test(hostileRequest, 'that fills a datagram', 4342, 65_400);

test('a mapping in use never leaves the trie', (t) => {
  const { simulation, node } = xtr4();
  node.fromHost('5.5.5.5', '1.1.1.1', 1);
  simulation.run(100);
  const missing = (): number =>
    simulation.eventsOf('xtr4', '1.1.1.1').filter((e) => e === 'map-cache-removed').length;
  for (let hour = 0; hour < 72; hour++) {
    node.fromHost('5.5.5.5', '1.1.1.1', 1);
    simulation.nodes.get('xtr2')?.fromHost('1.1.1.1', '5.5.5.5', 0);
    simulation.run(3_600_000);
  }
  t.is(missing(), 0);
  simulation.run(50 * 3_600_000);
  t.is(missing(), 1, 'and does when it is not used');
});
