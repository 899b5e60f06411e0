// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatEidPrefix } from '#addr/index.js';
import type { AuthenticationKey } from '#control/contract/config.js';
import { MESSAGE_BYTES } from '#control/kit/message-size.js';
import { encodeMessage, type MapNotify } from '#wire/index.js';
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

test('9301-5.7-02: retransmitted 3 times after 3 s each, then 3 times with the interval doubled, then abandoned', (t) => {
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

test('9301-5.7-D04: an authenticated Map-Notify-Ack with the nonce stops the retransmission', (t) => {
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
test('ignored: an Ack with another nonce', ignored, { nonce: 1n }, KEY);
test('9301-5.7-D06: ignored: an Ack with a wrong key', ignored, {}, OTHER_KEY);
const SHA1 = { keyId: 1, algorithmId: 1, data: new Uint8Array() };
test('ignored: an Ack with the right secret and another algorithm', ignored, { authentication: SHA1 }, KEY);

test('a second Ack is not an authentication failure', (t) => {
  const { scene, notify } = moved();
  scene.acknowledge(notify, { from: '2.2.2.2' });
  t.is(scene.acknowledge(notify, { from: '2.2.2.2' }).effects.length, 0);
  t.is(scene.count('authenticationFailures'), 0);
});

test('a withdrawal of the EID-prefix does not replace the Ack', (t) => {
  const { scene, xtr2, notify } = moved();
  scene.register(xtr2.register([withdrawal(HOST)]), { from: '2.2.2.2' });
  t.is(scene.server.pendingNotifyCount, 1);
  t.deepEqual(scene.acknowledge(notify, { from: '2.2.2.2' }).eventNames, ['map-notify-ack-received']);
});

test('a second move replaces the record for the first ETR', (t) => {
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

const HOSTS = ['1.1.1.2/32', '1.1.1.3/32', '1.1.1.4/32'] as const;
const eidsOf = ({ records }: MapNotify): string[] => records.map(({ eid }) => formatEidPrefix(eid));
const tellsXtr2 = ({ path }: { path: string }): boolean => path.endsWith('> 2.2.2.2:4342');

/** Hosts that xTR2 registered one by one have moved together. */
function crowdMoved(hosts: readonly string[], limits: { pendingNotifies?: number } = {}) {
  const scene = new Scene(undefined, limits);
  const xtr2 = new Etr('2.2.2.2', 0x22n);
  const xtr6 = new Etr('6.6.6.6', 0x66n);
  for (const host of hosts) scene.register(xtr2.register([record(host, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const outcome = scene.register(xtr6.register(hosts.map((host) => record(host, ['6.6.6.6']))), {
    from: '6.6.6.6',
  });
  return { scene, xtr2, outcome, told: outcome.notifies().filter(tellsXtr2) };
}

test('hosts that move together share one Map-Notify and one Ack', (t) => {
  const { scene, outcome, told } = crowdMoved(HOSTS);
  t.deepEqual(
    told.map(({ message }) => eidsOf(message)),
    [[...HOSTS]],
  );
  t.is(outcome.events.filter(({ detail }) => detail === 'unsolicited, 3 records').length, 1);
  t.is(scene.server.pendingNotifyCount, 3);
  scene.acknowledge(told[0]!.message, { from: '2.2.2.2' });
  t.is(scene.server.pendingNotifyCount, 0);
  t.is(scene.advance(170_000).notifies().length, 0);
});

test('9301-5-02: a Map-Notify has as many records as fit a packet without fragmentation', (t) => {
  const hosts = Array.from({ length: 40 }, (_, i) => `1.1.1.${i + 1}/32`);
  const { outcome, told } = crowdMoved(hosts);
  t.deepEqual(
    told.flatMap(({ message }) => eidsOf(message)),
    hosts,
  );
  t.is(told.length, 3);
  for (const { message, key } of outcome.sends)
    if (key !== undefined && message.type === 'map-notify' && message.records.length < hosts.length)
      t.true(encodeMessage(message, key).length <= MESSAGE_BYTES[4]);
});

test('a host that comes back is left out of the retransmission, the others are not', (t) => {
  const { scene, xtr2, told } = crowdMoved(HOSTS);
  scene.register(xtr2.register([record(HOSTS[1], ['2.2.2.2'])]), { from: '2.2.2.2' });
  const again = scene.advance(3_000).notifies().filter(tellsXtr2);
  t.deepEqual(
    again.map(({ message }) => eidsOf(message)),
    [[HOSTS[0], HOSTS[2]]],
  );
  t.is(again[0]?.message.nonce, told[0]?.message.nonce);
});

test('each ETR gets a Map-Notify about its own hosts only', (t) => {
  const scene = new Scene();
  const [xtr2, xtr3, xtr6] = [new Etr('2.2.2.2', 2n), new Etr('3.3.3.3', 3n), new Etr('6.6.6.6', 6n)];
  scene.register(xtr2.register([record(HOSTS[0], ['2.2.2.2']), record(HOSTS[2], ['2.2.2.2'])]), {
    from: '2.2.2.2',
  });
  scene.register(xtr3.register([record(HOSTS[1], ['3.3.3.3'])]), { from: '3.3.3.3' });
  const outcome = scene.register(xtr6.register(HOSTS.map((host) => record(host, ['6.6.6.6']))), {
    from: '6.6.6.6',
  });
  t.deepEqual(
    outcome
      .notifies()
      .slice(1)
      .map(({ path, message }) => [path, eidsOf(message), message.identity?.xtrId]),
    [
      ['10.0.0.1 > 2.2.2.2:4342', [HOSTS[0], HOSTS[2]], 2n],
      ['10.0.0.1 > 3.3.3.3:4342', [HOSTS[1]], 3n],
    ],
  );
});

test('at the limit of pending records a Map-Notify is sent once, and that is counted', (t) => {
  const { scene, outcome, told } = crowdMoved(HOSTS, { pendingNotifies: 1 });
  t.deepEqual(
    told.map(({ message }) => eidsOf(message)),
    [[HOSTS[0]], [HOSTS[1], HOSTS[2]]],
  );
  t.is(outcome.eventNames.filter((name) => name === 'table-full').length, 2);
  t.is(scene.count('pendingNotifiesFull'), 2);
  t.is(scene.server.pendingNotifyCount, 1);
  t.deepEqual(
    scene
      .advance(3_000)
      .notifies()
      .map(({ message }) => eidsOf(message)),
    [[HOSTS[0]]],
  );
});
