// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatEidPrefix } from '#addr/index.js';
import { EXPIRE_BATCH } from '#control/contract/machine.js';
import type { MapRegister } from '#wire/index.js';
import { eid, Etr, locator, mapRequest, record, Scene, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';
const FROM = { from: '2.2.2.2' };

function xtr(rloc = '2.2.2.2', xtrId = 0x22n): Etr {
  return new Etr(rloc, xtrId);
}

test('9301-5.6-D02, 9301-5.7-D02: the Map-Notify copies nonce, records and xTR-ID', (t) => {
  const scene = new Scene();
  const register = xtr().register([record('1.1.1.7/32', ['9.9.9.9', '2.2.2.2']), withdrawal(HOST)]);
  const [ack] = scene.register(register, FROM).notifies();
  t.is(ack?.message.nonce, register.nonce);
  t.deepEqual(ack?.message.records, register.records);
  t.deepEqual(ack?.message.identity, register.identity);
});

test('9301-8.2-D03, 9301-5.7-D01: the Map-Notify goes to port 4342, from the address that the ETR registered with', (t) => {
  const scene = new Scene();
  const outcome = scene.register(xtr().register([record(HOST, ['2.2.2.2'])]), {
    ...FROM,
    to: '10.9.9.9',
    port: 5555,
  });
  t.is(outcome.notifies()[0]?.path, '10.9.9.9 > 2.2.2.2:4342');
});

test('9301-5.6-D07: without the M bit there is no Map-Notify', (t) => {
  const scene = new Scene();
  const outcome = scene.register(xtr().register([record(HOST, ['2.2.2.2'])], { wantMapNotify: false }), FROM);
  t.deepEqual(outcome.eventNames, ['map-register-accepted']);
  t.is(outcome.sends.length, 0);
});

test('a withdrawal of nothing is acknowledged', (t) => {
  const scene = new Scene();
  t.is(scene.register(xtr().register([withdrawal(HOST)]), FROM).notifies().length, 1);
});

test('a withdrawal by another xTR of the site changes nothing', (t) => {
  const scene = new Scene();
  scene.register(xtr().register([record(HOST, ['2.2.2.2'])]), FROM);
  scene.register(xtr('6.6.6.6', 0x66n).register([withdrawal(HOST)]), FROM);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2']);
});

test('a registration has the fields that `show site` prints', (t) => {
  const scene = new Scene();
  const first = scene.now;
  const etr = xtr();
  scene.register(etr.register([record(HOST, ['2.2.2.2'])]), { ...FROM, port: 33_079 });
  scene.now += 60_000;
  scene.register(etr.register([record(HOST, ['2.2.2.2'])], { proxyReply: true }), { ...FROM, port: 33_080 });
  const registration = scene.server.registrations.get(eid(HOST));
  t.is(registration?.configured.site.name, 'story');
  t.is(registration && formatEidPrefix(registration.configured.prefix.eid), '1.1.1.0/24');
  t.is(registration?.firstRegister_ms, first);
  const [kept] = registration?.etrs ?? [];
  t.is(kept?.firstRegister_ms, first);
  t.is(kept?.lastRegister_ms, first + 60_000);
  t.is(kept?.source.fromPort, 33_080);
  t.is(kept?.source.nonce, etr.nonce);
  t.is(kept?.source.key.algorithm, 'hmac-sha-256-128');
  t.true(kept?.source.proxyReply);
});

test('a refresh causes no event, a changed weight does', (t) => {
  const scene = new Scene();
  const etr = xtr();
  const quiet = { wantMapNotify: false };
  scene.register(etr.register([record(HOST, ['2.2.2.2'])]), FROM);
  t.is(scene.register(etr.register([record(HOST, ['2.2.2.2'])], quiet), FROM).effects.length, 0);
  const weight = record(HOST, [], { locators: [locator('2.2.2.2', { weight: 7 })] });
  t.deepEqual(scene.register(etr.register([weight], quiet), FROM).eventNames, ['map-register-accepted']);
});

test('9301-5.5-05: locators are stored in order, each RLOC once', (t) => {
  const scene = new Scene();
  const rlocs = ['2001:db8::9', '9.9.9.9', '2.2.2.2', '9.9.9.9', '10.0.0.9'];
  scene.register(xtr().register([record(HOST, rlocs)]), FROM);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2 9.9.9.9 10.0.0.9 2001:db8::9']);
});

/** When the registration expires, in seconds, with no refresh. */
const expires = test.macro((t, more: Partial<MapRegister>, ttl_min: number, seconds: number) => {
  const scene = new Scene();
  scene.register(xtr().register([record(HOST, ['2.2.2.2'], { ttl_min })], more), FROM);
  t.deepEqual(scene.advance(seconds * 1000 - 1).eventNames, []);
  t.deepEqual(scene.advance(1).eventNames, ['registration-expired']);
  t.deepEqual(scene.table, []);
  t.is(scene.server.nextDeadline(), undefined);
});
test('9301-8.2-03: expires after three minutes', expires, {}, 1440, 180);
test('9301-5.6-D04: with the T bit, expires after the record TTL', expires, { useTtl: true }, 60, 3600);
test(
  '9301-5.6-D04: with the T bit and a short TTL, expires after that TTL',
  expires,
  { useTtl: true },
  1,
  60,
);
test(
  'with the T bit and a TTL left to the receiver, expires after three minutes',
  expires,
  { useTtl: true },
  0xffff_ffff,
  180,
);

test('9301-8.2-03: each refresh restarts the three minutes', (t) => {
  const scene = new Scene();
  const etr = xtr();
  for (let minute = 0; minute < 10; minute++) {
    scene.register(etr.register([record(HOST, ['2.2.2.2'])]), FROM);
    t.deepEqual(scene.advance(60_000).eventNames, []);
  }
  t.is(scene.advance(120_000).eventNames.length, 1);
});

test('a later registration with the T bit may shorten the lifetime', (t) => {
  const scene = new Scene();
  const etr = xtr();
  scene.register(etr.register([record(HOST, ['2.2.2.2'])]), FROM);
  scene.register(etr.register([record(HOST, ['2.2.2.2'], { ttl_min: 1 })], { useTtl: true }), FROM);
  t.deepEqual(scene.advance(60_000).eventNames, ['registration-expired']);
});

test('only the silent ETR of a merged locator-set expires', (t) => {
  const scene = new Scene();
  const [a, b] = [xtr(), xtr('6.6.6.6', 0x66n)];
  scene.register(a.register([record(HOST, ['2.2.2.2'])], { merge: true }), FROM);
  for (let minute = 0; minute < 4; minute++) {
    scene.register(b.register([record(HOST, ['6.6.6.6'])], { merge: true }), { from: '6.6.6.6' });
    scene.advance(60_000);
  }
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);
  t.is(scene.server.registrationCount, 1);
});

test('a mass expiry works in slices', (t) => {
  const scene = new Scene();
  const etr = xtr();
  const hosts = Array.from({ length: EXPIRE_BATCH * 2 + 10 }, (_, i) => `2001:db8:1::${i.toString(16)}/128`);
  for (let i = 0; i < hosts.length; i += 50)
    scene.register(etr.register(hosts.slice(i, i + 50).map((host) => record(host, ['2.2.2.2']))), FROM);
  scene.now += 180_000;
  const slices = [1, 2, 3, 4].map(() => {
    const more = (scene.server.nextDeadline() ?? Infinity) <= scene.now;
    return [more, scene.expire().effects.length];
  });
  t.deepEqual(slices, [
    [true, EXPIRE_BATCH],
    [true, EXPIRE_BATCH],
    [true, 10],
    [false, 0],
  ]);
});

test('at the limit new registrations are refused as a whole, and a move still works', (t) => {
  const scene = new Scene(undefined, { registrations: 2 });
  const [a, b] = [xtr(), xtr('6.6.6.6', 0x66n)];
  scene.register(a.register([record('1.1.1.1/32', ['2.2.2.2'])]), FROM);
  const refused = scene.register(
    a.register([record('1.1.1.2/32', ['2.2.2.2']), record('1.1.1.3/32', ['2.2.2.2'])]),
    FROM,
  );
  t.deepEqual(refused.eventNames, ['table-full']);
  t.is(refused.sends.length, 0);
  t.is(scene.count('registrationsFull'), 1);
  scene.register(a.register([record('1.1.1.2/32', ['2.2.2.2'])]), FROM);
  scene.register(b.register([record('1.1.1.1/32', ['6.6.6.6'])]), { from: '6.6.6.6' });
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6', '1.1.1.2/32 -> 2.2.2.2']);
});

test('a message refused at the limit can be sent again with the same nonce', (t) => {
  const scene = new Scene(undefined, { registrations: 1 });
  const etr = xtr();
  scene.register(etr.register([record('1.1.1.1/32', ['2.2.2.2'])]), FROM);
  const waiting = etr.register([record('1.1.1.2/32', ['2.2.2.2'])]);
  scene.register(waiting, FROM);
  scene.advance(180_000);
  t.is(scene.register(waiting, FROM).sends.length, 1);
});

test('one EID-prefix has room for 32 ETRs and 32 locators', (t) => {
  const scene = new Scene();
  const outcomes = Array.from({ length: 40 }, (_, i) =>
    scene.register(xtr('2.2.2.2', BigInt(i)).register([record(HOST, [`9.9.9.${i}`])], { merge: true }), {
      from: `9.9.9.${i}`,
    }),
  );
  t.is(outcomes.filter(({ sends }) => sends.length === 1).length, 32);
  t.is(scene.count('registrationsFull'), 8);
  t.is(scene.request(mapRequest([HOST])).sends.length, 1);
});

test('rejections of one sender cause one event a second, and all are counted', (t) => {
  const scene = new Scene();
  const bad = [record('8.8.8.8/32', ['2.2.2.2'])];
  const etr = xtr();
  const events = () => scene.register(etr.register(bad), FROM).events.length;
  t.deepEqual([events(), events()], [1, 0]);
  scene.now += 1000;
  t.is(events(), 1);
  t.is(scene.count('mapRegistersRejected'), 3);
});
