// SPDX-License-Identifier: Apache-2.0
// The inputs of one turn of the event loop are handled together.
import test from 'ava';
import { formatEidPrefix, hostEidPrefix, parseAddress } from '#addr/index.js';
import type { EidSighting, Punt } from '#control/contract/inputs.js';
import { Agent } from '#core/agent.js';
import { Runtime, MAX_TURN_INPUTS } from '#core/runtime.js';
import { decodeMessage, type MapRegister } from '#wire/index.js';
import { EID_PORT } from './simulation.js';
import { xtrConfig } from './story-nodes.js';

const ROAMING = { instanceId: 0, prefix: { address: parseAddress('1.1.0.0'), length: 16 } };

function sighting(n: number): EidSighting {
  const address = { family: 4 as const, bits: parseAddress('1.1.1.0').bits + BigInt(n) };
  return { eid: { instanceId: 0, address }, ifindex: EID_PORT, discovery: 'ARP/ND' };
}

/** A packet from a remote host to the n-th local one. */
function punt(n: number, at_ms: number): Punt {
  const { eid } = sighting(n);
  return {
    ...{ reason: 'map-cache-miss', ifindex: EID_PORT, instanceId: 0, at_ms, outerSource: undefined },
    ...{ sourceEid: parseAddress('5.5.5.5'), destinationEid: eid.address, frame: new Uint8Array(60) },
  };
}

/**
 * An xTR whose turn of the event loop ends when the test calls `endTurn`. Stores the effects that reach its
 * ports, in order.
 * @param writing_ms duration of a trie write
 */
function scene(writing_ms = 0) {
  let now = 0;
  const carriedOut: string[] = [];
  const registers: MapRegister[] = [];
  let sighted: (sighting: EidSighting) => void = () => undefined;
  let punted: (punts: readonly Punt[]) => void = () => undefined;
  const ends: (() => void)[] = [];
  let n = 1n;
  const random = { nonce: () => n++, fraction: () => 0 };
  const config = xtrConfig('6.6.6.6', { dynamicEids: [{ name: 'roaming', eid: ROAMING }] });
  const agent = new Agent(config, undefined, random);
  const runtime = new Runtime(agent, {
    clock: { now: () => now, wakeAt: () => undefined },
    transport: {
      send: (bytes) => {
        const message = decodeMessage(bytes);
        if (message.type === 'map-register') registers.push(message);
        carriedOut.push(message.type);
      },
      onDatagram: () => undefined,
      close: () => undefined,
      counters: () => ({}),
    },
    dataPath: {
      adopted: () => ({ mapCache: [], localEids: [], rlocsDown: [] }),
      apply: (effects) => {
        carriedOut.push(`${effects.length} tries`);
        now += writing_ms;
        return [];
      },
      inject: (frames) => void carriedOut.push(`${frames.length} injected`),
      originate: () => undefined,
      onPunts: (listener) => void (punted = listener),
      lookup: () => undefined,
      traffic: () => ({ packets: 0, bytes: 0 }),
      counters: () => ({ reasons: {}, punts: {}, adapter: {} }),
      status: () => ({ pinPath: '', adopted: false, interfaces: [], maps: [] }),
      interfaceChanged: () => undefined,
      interfaceGone: () => undefined,
      detach: () => undefined,
    },
    network: {
      onOwnAddresses: () => undefined,
      onRouteMtu: () => undefined,
      onEidSighted: (listener) => void (sighted = listener),
      onEidLost: () => undefined,
      hostRoute: ({ type }) => void carriedOut.push(type),
      probeHost: () => undefined,
      keepNeighbours: () => undefined,
      counters: () => ({}),
      close: () => Promise.resolve(),
    },
    nonces: undefined,
    seed: () => new Uint8Array(32),
    onEvent: () => undefined,
    afterReading: (handle) => void ends.push(handle),
  });
  runtime.start();
  carriedOut.length = 0;
  const sight = (first: number, count: number): void => {
    for (let i = 0; i < count; i++) sighted(sighting(first + i));
  };
  const endTurn = (): void => ends.splice(0).forEach((end) => end());
  const puntAll = (punts: readonly Punt[]): void => {
    punted(punts);
  };
  return { agent, runtime, carriedOut, registers, sight, puntAll, endTurn, ends };
}

test('hosts that appear in one turn share trie writes and Map-Registers', (t) => {
  const { agent, carriedOut, registers, sight, endTurn, ends } = scene();
  sight(0, 40);
  t.is(ends.length, 1, 'requested once');
  t.deepEqual(carriedOut, []);
  endTurn();
  t.is(carriedOut[0], '40 tries', 'before all other effects');
  t.is(carriedOut.filter((what) => what.endsWith('tries')).length, 1);
  t.is(carriedOut.filter((what) => what === 'host-route-add').length, 40);
  t.is(registers.length, 3, 'as many as the records need');
  const registered = registers.flatMap(({ records }) => records.map(({ eid }) => formatEidPrefix(eid)));
  const appeared = Array.from({ length: 40 }, (_, i) => formatEidPrefix(hostEidPrefix(sighting(i).eid)));
  t.deepEqual(registered.toSorted(), appeared.toSorted());
  t.is(agent.xtr?.dynamicEids.size, 40);
});

test('hosts of the next turn do not share them', (t) => {
  const { registers, sight, endTurn } = scene();
  for (const n of [0, 1]) {
    sight(n, 1);
    endTurn();
  }
  t.deepEqual(
    registers.map(({ records }) => records.length),
    [1, 1],
  );
});

test('at the maximum number of inputs they are handled before the turn ends', (t) => {
  const { agent, sight, endTurn } = scene();
  sight(0, MAX_TURN_INPUTS - 1);
  t.is(agent.xtr?.dynamicEids.size, 0);
  sight(MAX_TURN_INPUTS - 1, 1);
  t.is(agent.xtr?.dynamicEids.size, MAX_TURN_INPUTS);
  sight(MAX_TURN_INPUTS, 1);
  endTurn();
  t.is(agent.xtr?.dynamicEids.size, MAX_TURN_INPUTS + 1);
});

test('a dispatched input is handled at once, after the earlier inputs', async (t) => {
  const { agent, runtime, sight, endTurn, carriedOut } = scene();
  sight(0, 1);
  t.is(await runtime.clearMapCache(undefined), 0);
  t.is(agent.xtr?.dynamicEids.size, 1);
  carriedOut.length = 0;
  endTurn();
  t.deepEqual(carriedOut, [], 'once');
});

test('after stop no waiting input is handled', (t) => {
  const { agent, runtime, sight, endTurn } = scene();
  sight(0, 3);
  runtime.stop();
  endTurn();
  t.is(agent.xtr?.dynamicEids.size, 0);
});

test('packets punted during a slow trie write are released', (t) => {
  const { carriedOut, sight, puntAll, endTurn } = scene(5_000); // the first write, at the start, takes as long
  sight(0, 1);
  endTurn();
  carriedOut.length = 0;
  puntAll([punt(0, 9_999), punt(0, 11_000), punt(0, 11_001)]);
  endTurn();
  t.deepEqual(carriedOut, ['2 injected'], 'XDP saw the third more than a second after the write');
});
