// SPDX-License-Identifier: Apache-2.0
// A list of (time, inputs) replays a run: after random inputs, each node has the same effects and state
// again.
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { parseAddress } from '#addr/index.js';
import { Replay, readRecording } from '#core/replay.js';
import type { SimulatedNode, Simulation } from './simulation.js';
import { stateOf } from './state.js';
import { SITE_KEY, storyNetwork } from './story-nodes.js';

const HOST5 = '5.5.5.5';
const host = fc.constantFrom('1.1.1.1', '1.1.1.2', '1.1.1.3');
const eid = { instanceId: 0, address: parseAddress('1.1.1.1') };

type Step = (simulation: Simulation) => void;
type AtNode = (node: SimulatedNode, simulation: Simulation) => unknown;

const at = (names: readonly string[], step: AtNode): fc.Arbitrary<Step> =>
  fc.constantFrom(...names).map((name) => (simulation) => {
    const node = simulation.nodes.get(name);
    if (node !== undefined) step(node, simulation);
  });

const XTRS = ['xtr2', 'xtr4', 'xtr6'];
const NODES = [...XTRS, 'msmr'];
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: host.chain((from) => at(['xtr2', 'xtr6'], (node) => node.fromHost(from, HOST5, 0))),
  },
  { weight: 4, arbitrary: host.chain((to) => at(['xtr4'], (node) => node.fromHost(HOST5, to, 1))) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(0, 1, 20, 1_000, 20_000, 200_000, 7_200_000).map(
      (duration_ms): Step =>
        (simulation) =>
          simulation.run(duration_ms),
    ),
  },
  fc.constantFrom(...NODES).map(
    (name): Step =>
      (simulation) =>
        void simulation.cut.add(name),
  ),
  fc.constantFrom(...NODES).map(
    (name): Step =>
      (simulation) =>
        void simulation.cut.delete(name),
  ),
  fc.constantFrom(...NODES).map(
    (name): Step =>
      (simulation) =>
        simulation.restart(name),
  ),
  at(XTRS, (node) => (node.refusals = 2)),
  at(XTRS, (node) => node.runtime.clearMapCache(undefined)),
  at(XTRS, (node) => node.runtime.lookup(eid, undefined)),
  at(XTRS, (node) => node.runtime.dispatch({ type: 'eid-interfaces', interfaces: [] })),
  at(NODES, (node) =>
    node.receive({ from: eid.address, fromPort: 4342, to: eid.address, bytes: Uint8Array.of(0x10) }),
  ),
);

/** Replays the recording of a node. */
async function replays(t: ExecutionContext, node: SimulatedNode, now: number): Promise<void> {
  const recording = readRecording(node.recording, () => SITE_KEY.secret);
  const replay = new Replay(recording);
  for (const { turn, same } of replay.turns()) t.true(same, `turn ${turn.turn} of ${recording.turns.length}`);
  t.is(await stateOf(replay.agent, now), await stateOf(node.agent, now));
}

test('a recording of random inputs replays to the same effects and state', async (t) => {
  let turns = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const simulation = storyNetwork(true);
      for (const each of steps) each(simulation);
      for (const node of simulation.all) {
        await replays(t, node, simulation.now);
        turns += node.recording.split('\n').length;
      }
    }),
    { numRuns: 60 },
  );
  t.true(turns > 5_000, `${turns} lines`);
});

function recorded(): SimulatedNode {
  const simulation = storyNetwork(true);
  const node = simulation.nodes.get('xtr4') as SimulatedNode;
  simulation.nodes.get('xtr2')?.fromHost('1.1.1.1', HOST5, 0);
  simulation.run(1_000);
  node.fromHost(HOST5, '1.1.1.1', 1);
  simulation.run(100_000); // includes refreshes of registrations
  return node;
}

/** Replays a modified recording. */
function changed(node: SimulatedNode, from: string | RegExp, to: string): 'same' | 'different' {
  const replay = new Replay(readRecording(node.recording.replace(from, to), () => SITE_KEY.secret));
  return Array.from(replay.turns(), ({ same }) => same).includes(false) ? 'different' : 'same';
}

test('a changed input, time or random number is detected', (t) => {
  const node = recorded();
  t.is(changed(node, '', ''), 'same');
  t.is(changed(node, '"destinationEid":"@1.1.1.1"', '"destinationEid":"@1.1.1.2"'), 'different');
  t.is(changed(node, /"at_ms":2103.1/g, '"at_ms":9103.1'), 'different');
  t.is(changed(node, /"drawn":\["#0x\w+"/, '"drawn":["#0x1"'), 'different');
});

test('with another key the Map-Notify is rejected', (t) => {
  const node = recorded();
  const replay = new Replay(readRecording(node.recording, () => new Uint8Array(8)));
  t.true(Array.from(replay.turns(), ({ same }) => same).includes(false));
});

test('drawing other random numbers than recorded is an error', (t) => {
  t.throws(() => changed(recorded(), /"drawn":\["#0x\w+"/, '"drawn":[0.5'), {
    message: /was not drawn/,
  });
});

test('a truncated recording ends with its last whole line; other text is an error', (t) => {
  const { recording } = recorded();
  const all = readRecording(recording, () => SITE_KEY.secret).turns;
  const cut = readRecording(recording.slice(0, -20), () => SITE_KEY.secret).turns;
  t.deepEqual(cut.slice(0, -1), all.slice(0, -1));
  t.is(cut.at(-1)?.effects, undefined);
  t.throws(() => readRecording('{}\n', () => SITE_KEY.secret), { message: "not 'xtrd recording 1'" });
});
