// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { Bench, configOf, dynamic, record } from '#test/control/harness.js';

function xtr4(heldPacketsPerEid: number, heldPackets: number): Bench {
  const limits = { ...DEFAULT_XTR_LIMITS, heldPacketsPerEid, heldPackets };
  return new Bench(configOf(['4.4.4.4'], { limits, dynamicEids: [dynamic('5.5.5.0/24')] })).start();
}

function miss(bench: Bench, to: string, ...marks: number[]): Bench {
  const frames = marks.map((mark) => ({ frame: Uint8Array.of(mark) }));
  const punts = frames.map((frame) => bench.puntOf('map-cache-miss', '5.5.5.5', to, frame));
  return bench.punts(punts);
}

test('queued packets are released in order after the trie write', (t) => {
  const bench = miss(miss(xtr4(64, 4096), '1.1.1.1', 1, 2), '1.1.1.1', 3);
  bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.lines.slice(0, 2), ['map-cache 1.1.1.1/32 -> 2.2.2.2', 'inject 1 2 3']);
  t.is(bench.counters.get('packetsHeld'), 3);
  t.is(bench.counters.get('packetsReleased'), 3);
});

test('at the limit of an EID the newest packet is dropped', (t) => {
  const bench = miss(xtr4(2, 4096), '1.1.1.1', 1, 2, 3);
  t.is(bench.counters.get('packetsHeldDropped'), 1);
  t.true(bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2'])).lines.includes('inject 1 2'));
});

test('at the limit of the whole queue the newest packet is dropped', (t) => {
  const bench = miss(miss(xtr4(64, 3), '1.1.1.1', 1, 2), '1.1.1.2', 3, 4);
  t.is(bench.counters.get('packetsHeldDropped'), 1);
  t.is(bench.xtr.sizes().heldPackets, 3);
  bench.replyTo(1n, '2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.is(miss(bench, '1.1.1.2', 5).xtr.sizes().heldPackets, 2);
});

test('action natively-forward releases queued packets', (t) => {
  const bench = miss(xtr4(64, 4096), '1.1.1.1', 1);
  bench.reply('10.0.0.1', record('1.1.0.0/16', [], { action: 1 }));
  t.deepEqual(bench.lines, ['map-cache 1.1.0.0/16 forward-native', 'inject 1']);
});

test('action drop drops queued packets', (t) => {
  const bench = miss(xtr4(64, 4096), '1.1.1.1', 1, 2).reply(
    '10.0.0.1',
    record('1.1.0.0/16', [], { action: 3 }),
  );
  t.deepEqual(bench.lines, ['map-cache 1.1.0.0/16 drop']);
  t.is(bench.counters.get('packetsHeldDropped'), 2);
});

test('a packet that was punted before the mapping arrived is released at once and counted', (t) => {
  const bench = miss(xtr4(64, 4096), '1.1.1.1', 1).reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  miss(bench, '1.1.1.1', 2, 3);
  t.deepEqual(bench.lines, ['inject 2 3']);
  t.is(bench.counters.get('packetsHeld'), 3);
  t.is(bench.counters.get('packetsReleased'), 3);
});

test('a packet that misses an old mapping is dropped: it would be punted again without end', (t) => {
  const bench = miss(xtr4(64, 4096), '1.1.1.1', 1).reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(miss(bench.pass(1001), '1.1.1.1', 2).lines, []);
  t.is(bench.counters.get('packetsHeldDropped'), 1);
});

test('if the trie write was late, packets punted before it are released', (t) => {
  const bench = miss(xtr4(64, 4096), '1.1.1.1', 1).reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  bench.input({ type: 'written', began_ms: bench.now, written_ms: bench.now + 1500 });
  t.deepEqual(miss(bench.pass(2500), '1.1.1.1', 2).lines, ['inject 2']);
  t.deepEqual(miss(bench.pass(1), '1.1.1.1', 3).lines, []);
  t.is(bench.counters.get('packetsHeldDropped'), 1);
});

test('a queued packet to a host that became local is delivered to it', (t) => {
  const bench = miss(xtr4(64, 4096), '5.5.5.9', 1).sight('5.5.5.9');
  t.true(bench.lines.includes('inject 1'));
  t.is(bench.xtr.sizes().heldPackets, 0);
  t.deepEqual(miss(bench, '5.5.5.9', 2).lines, ['inject 2']);
});
