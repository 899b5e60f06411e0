// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { Counters } from '#control/contract/counters.js';
import type { Input } from '#control/contract/inputs.js';
import { Agent } from '#core/agent.js';
import { Recorder } from '#core/recorder.js';
import { decodeValue, encodeValue } from '#core/recording.js';
import { SITE_KEY, storyNetwork, xtrConfig } from './story-nodes.js';

const WAKE: Input = { type: 'wake' };

function scene(maxBytes: number, write?: (text: string) => boolean) {
  const lines: string[] = [];
  const keep = (text: string): boolean => lines.push(...text.trimEnd().split('\n')) > 0;
  const xtr = xtrConfig('2.2.2.2', {});
  const recorder = new Recorder({ xtr, mapServer: undefined, maxBytes, write: write ?? keep });
  return { lines, recorder, agent: new Agent(xtr, undefined, recorder.random) };
}

const text = fc.oneof(fc.string(), fc.constantFrom('@1.1.1.1', '#0x1', '%00', "'", ''));
const address = fc.oneof(
  fc.record({ family: fc.constant(4), bits: fc.bigInt(0n, (1n << 32n) - 1n) }),
  fc.record({ family: fc.constant(6), bits: fc.bigInt(0n, (1n << 128n) - 1n) }),
);
const leaf = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.bigInt({ min: 0n }),
);
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    ...[leaf, address, fc.uint8Array(), fc.constant(undefined), fc.array(tie('value'), { maxLength: 3 })],
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('value'), { maxKeys: 3 }),
  ),
}));

test('a value is encoded on one line and decoded unchanged', (t) => {
  fc.assert(
    fc.property(anything, (value) => {
      const line = encodeValue({ value });
      t.false(line.includes('\n'));
      t.is(encodeValue(decodeValue(line)), line);
      t.like({ value: decodeValue(line) }, { value: decodeValue(encodeValue(decodeValue(line))) });
    }),
  );
  const value = {
    a: 7n,
    b: Uint8Array.of(1, 255),
    c: ['#', '@', undefined, -0.1],
    d: { family: 4, bits: 1n },
  };
  t.deepEqual(decodeValue(encodeValue(value)), value);
});

test('a recording contains neither keys nor the seed', (t) => {
  const simulation = storyNetwork(true);
  simulation.nodes.get('xtr2')?.fromHost('1.1.1.1', '5.5.5.5', 0);
  simulation.run(300_000);
  const [first = new Uint8Array()] = simulation.seeds;
  t.is(simulation.seeds.length, 4);
  for (const { recording } of simulation.all) {
    t.true(recording.includes('"type":"start"'));
    for (const secret of [SITE_KEY.secret, first, ...simulation.seeds])
      for (const encoding of ['latin1', 'hex', 'base64'] as const)
        t.false(recording.includes(Buffer.from(secret).toString(encoding)), encoding);
    t.false(/secret|seed/.test(recording));
  }
});

test('at its maximum size a recording ends with a whole turn, and the agent goes on', (t) => {
  const { lines, recorder, agent } = scene(4_096);
  for (let turn = 0; turn < 100; turn++) t.deepEqual(recorder.turn(agent, [WAKE], turn), []);
  const { turns, bytes, turnsLeftOut } = recorder.counters();
  t.is(
    bytes,
    lines.reduce((sum, line) => sum + line.length + 1, 0),
  );
  t.true((bytes ?? Infinity) <= 4_096);
  t.is((turns ?? 0) + (turnsLeftOut ?? 0), 100);
  t.true((turns ?? 0) > 10 && (turnsLeftOut ?? 0) > 10);
  recorder.end(new Counters());
  t.false(
    lines.some((line) => line.includes('"end"')),
    'it ended before',
  );
});

test('after a failed write nothing more is written', (t) => {
  let writes = 0;
  const { recorder, agent } = scene(1 << 20, () => ++writes < 4);
  for (let turn = 0; turn < 10; turn++) recorder.turn(agent, [WAKE], turn);
  t.is(writes, 4);
  t.is(recorder.counters()['turnsLeftOut'], 9);
});

test('a recording contains the input that crashed the agent', (t) => {
  const { lines, recorder } = scene(1 << 20);
  const agent = {
    handle: () => {
      throw new Error('broken');
    },
  };
  t.throws(() => recorder.turn(agent, [WAKE], 5), { message: 'broken' });
  t.is(lines.at(-1), '{"turn":1,"at_ms":5,"input":{"type":"wake"}}');
});
