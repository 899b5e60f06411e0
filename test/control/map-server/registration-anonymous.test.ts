// SPDX-License-Identifier: Apache-2.0
// ETRs without an xTR-ID, whose source address anybody can forge.
import test from 'ava';
import { Etr, locator, record, Scene, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';
const A = { from: '2.2.2.2' };
const B = { from: '6.6.6.6' };
const STRANGER = { from: '9.9.9.9' };

function anonymous(rloc: string): Etr {
  return new Etr(rloc, undefined);
}

test('a captured Map-Register from another address replaces nothing', (t) => {
  const scene = new Scene();
  const [a, b] = [anonymous('2.2.2.2'), anonymous('6.6.6.6')];
  const captured = a.register([record(HOST, ['2.2.2.2'])]);
  scene.register(captured, A);
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), A);
  scene.register(b.register([record(HOST, ['6.6.6.6'])]), B);
  t.deepEqual(scene.register(captured, STRANGER).sends, []);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);
  t.is(scene.count('mapRegistersReplayed'), 1);
});

test('the L bit distinguishes ETRs that register the same locator-set', (t) => {
  const scene = new Scene();
  for (const own of ['2.2.2.2', '6.6.6.6']) {
    const locators = ['2.2.2.2', '6.6.6.6'].map((rloc) => locator(rloc, { local: rloc === own }));
    scene.register(anonymous(own).register([record(HOST, [], { locators })]), { from: own });
  }
  t.is(scene.server.registrationCount, 2);
  t.is(scene.count('mapRegistersReplayed'), 0);
});

test('the key of stored nonces is short for any number of locators, and contains no address', (t) => {
  const scene = new Scene();
  const records = Array.from({ length: 100 }, (_, i) =>
    record(`1.1.1.${i}/32`, [`2.2.2.${i + 1}`, '2001:db8::1']),
  );
  scene.register(anonymous('2.2.2.2').register(records), A);
  scene.register(anonymous('2.2.2.2').register([withdrawal(HOST)]), A);
  t.deepEqual(
    scene.kept.map(({ etr }) => /^[0-9a-f]{32}$/.test(etr)),
    [true],
  );
});

test('an ETR that registers from another of its addresses is the same ETR', (t) => {
  const scene = new Scene();
  const a = anonymous('2.2.2.2');
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), A);
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), { from: '10.7.7.7' });
  t.is(scene.server.registrationCount, 1);
});

test('a withdrawal applies to all registrations from its address, whatever their locator-sets', (t) => {
  const scene = new Scene();
  const a = anonymous('2.2.2.2');
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), A);
  scene.register(a.register([record(HOST, ['2.2.2.2', '3.3.3.3'])]), A);
  t.is(scene.server.registrationCount, 2);
  t.deepEqual(scene.register(a.register([withdrawal(HOST)]), STRANGER).eventNames, ['map-notify-sent']);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2 3.3.3.3']);
  scene.register(a.register([withdrawal(HOST)]), A);
  t.deepEqual(scene.table, []);
});

test('a captured withdrawal with a forged source address does not withdraw a later registration', (t) => {
  const scene = new Scene();
  const [a, b] = [anonymous('2.2.2.2'), anonymous('6.6.6.6')];
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), A);
  scene.register(b.register([record(HOST, ['6.6.6.6'])]), B);
  const captured = a.register([withdrawal(HOST)]);
  scene.register(captured, A);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6'], 'it had moved');
  scene.register(a.register([record(HOST, ['2.2.2.2'])]), A);
  scene.register(captured, A);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2']);
});
