// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { AuthenticationKey } from '../../src/control/config.js';
import type { MapNotify } from '../../src/wire/index.js';
import { Etr, KEY, OTHER_KEY, record, Scene, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';

/** A host has moved from xTR2 to xTR6; the Map-Notify to xTR2 waits for its Ack. */
function moved(limits: { pendingNotifies?: number } = {}) {
  const scene = new Scene(undefined, limits);
  const xtr2 = new Etr('2.2.2.2', 0x22n);
  const xtr6 = new Etr('6.6.6.6', 0x66n);
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const outcome = scene.register(xtr6.register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  const notify = outcome.notifies()[1]?.message;
  if (notify === undefined) throw new Error('no unsolicited Map-Notify');
  return { scene, xtr2, xtr6, notify, start: scene.now };
}

test('9301-5.7-02: retransmitted 3 times after 3 s each, then 3 times with the interval doubled, then given up', (t) => {
  const { scene, start } = moved();
  const sent = scene.advance(170_000);
  t.deepEqual(
    sent.times.map((time) => (time - start) / 1000),
    [3, 6, 9, 15, 27, 51],
  );
  t.is(new Set(sent.notifies().map(({ message }) => message.nonce)).size, 1);
  t.is(scene.count('mapNotifiesRetransmitted'), 6);
  t.is(scene.count('mapNotifiesAbandoned'), 1);
  t.is(scene.server.pendingNotifyCount, 0);
});

test('9301-5.7-D04: an authenticated Map-Notify-Ack with the nonce stops it', (t) => {
  const { scene, notify } = moved();
  scene.advance(4_000);
  t.deepEqual(scene.acknowledge(notify, { from: '2.2.2.2' }).eventNames, ['map-notify-ack-received']);
  t.is(scene.advance(170_000).sends.length, 0);
  t.is(scene.count('mapNotifyAcksIn'), 1);
});

/** The Map-Notify stays pending. */
const ignored = test.macro((t, change: Partial<MapNotify>, key: AuthenticationKey) => {
  const { scene, notify } = moved();
  const outcome = scene.acknowledge(notify, { from: '2.2.2.2', key }, change);
  t.is(outcome.sends.length, 0);
  t.is(scene.count('mapNotifyAcksIn'), 0);
  t.is(scene.server.pendingNotifyCount, 1);
});
test('an Ack with another nonce', ignored, { nonce: 1n }, KEY);
test('9301-5.7-D06: an Ack with a wrong key', ignored, {}, OTHER_KEY);
const SHA1 = { keyId: 1, algorithmId: 1, data: new Uint8Array() };
test('an Ack with the right secret and another algorithm', ignored, { authentication: SHA1 }, KEY);

test('a second Ack is no failure', (t) => {
  const { scene, notify } = moved();
  scene.acknowledge(notify, { from: '2.2.2.2' });
  t.is(scene.acknowledge(notify, { from: '2.2.2.2' }).effects.length, 0);
  t.is(scene.count('authenticationFailures'), 0);
});

test('withdrawing the EID-prefix does not take the place of the Ack', (t) => {
  const { scene, xtr2, notify } = moved();
  scene.register(xtr2.register([withdrawal(HOST)]), { from: '2.2.2.2' });
  t.is(scene.server.pendingNotifyCount, 1);
  t.deepEqual(scene.acknowledge(notify, { from: '2.2.2.2' }).eventNames, ['map-notify-ack-received']);
});

test('a second move replaces what the first ETR is told', (t) => {
  const { scene, xtr2, xtr6, notify } = moved();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  scene.register(xtr6.register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  const sent = scene.advance(3_000).notifies();
  t.deepEqual(
    sent.map(({ path }) => path),
    ['10.0.0.1 > 2.2.2.2:4342'],
  );
  t.not(sent[0]?.message.nonce, notify.nonce);
  t.is(scene.server.pendingNotifyCount, 1);
});

test('9301-5.7-D03: the acknowledging Map-Notify is not retransmitted', (t) => {
  const scene = new Scene();
  scene.register(new Etr('2.2.2.2', 1n).register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  t.is(scene.advance(179_000).sends.length, 0);
});

test('at the bound of pending ones a Map-Notify is sent once, and that is counted', (t) => {
  const { scene, xtr2, xtr6 } = moved({ pendingNotifies: 1 });
  const hosts = ['1.1.1.2/32', '1.1.1.3/32'];
  scene.register(xtr2.register(hosts.map((host) => record(host, ['2.2.2.2']))), { from: '2.2.2.2' });
  const outcome = scene.register(xtr6.register(hosts.map((host) => record(host, ['6.6.6.6']))), {
    from: '6.6.6.6',
  });
  t.is(outcome.notifies().length, 3);
  t.is(outcome.eventNames.filter((name) => name === 'table-full').length, 2);
  t.is(scene.count('pendingNotifiesFull'), 2);
  t.is(scene.server.pendingNotifyCount, 1);
  t.is(scene.advance(3_000).sends.length, 1);
});
