// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { AuthenticationKey } from '#control/contract/config.js';
import { TRACKED_ETRS_PER_SITE } from '#control/contract/limits.js';
import { encodeMessage } from '#wire/index.js';
import { Etr, KEY, record, Scene, site, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';
const RECORDS = [record(HOST, ['2.2.2.2'])];
const FROM = { from: '2.2.2.2' };

const KEYS = [KEY, { ...KEY, keyId: 9 }];
function sites(strictNonces: boolean, keys: readonly AuthenticationKey[] = KEYS) {
  return [site('one', ['1.1.1.0/24'], { strictNonces, keys })];
}

function registered(nonce: bigint, strictNonces = true) {
  const scene = new Scene(sites(strictNonces));
  const xtr = new Etr('2.2.2.2', 0x22n);
  scene.register(xtr.register(RECORDS, { nonce }), FROM);
  return { scene, xtr };
}

const OTHER_RECORDS = [record(HOST, ['3.3.3.3'])];

for (const nonce of [0n, 499n, 500n])
  test(`9301-5.6-09, 9301-5.6-10: nonce ${nonce} after 500 is dropped and logged`, (t) => {
    const { scene, xtr } = registered(500n);
    const outcome = scene.register(xtr.register(OTHER_RECORDS, { nonce }), FROM);
    t.deepEqual(outcome.eventNames, ['map-register-rejected']);
    t.is(outcome.sends.length, 0);
    t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2']);
    t.is(scene.count('mapRegistersReplayed'), 1);
  });

test('a growing nonce is accepted, up to the maximum', (t) => {
  const { scene, xtr } = registered(500n);
  for (const nonce of [501n, 1n << 40n, (1n << 64n) - 1n])
    t.is(scene.register(xtr.register(RECORDS, { nonce }), FROM).sends.length, 1);
});

test('9301-5.6-08: each xTR-ID has its own nonces', (t) => {
  const { scene } = registered(500n);
  scene.register(new Etr('6.6.6.6', 0x66n).register([record(HOST, ['6.6.6.6'])], { nonce: 1n }), {
    from: '6.6.6.6',
  });
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);
});

test('9301-5.6-08: the xTR-ID counts, not the source RLOC', (t) => {
  const { scene, xtr } = registered(500n);
  scene.register(xtr.register(OTHER_RECORDS, { nonce: 400n }), { from: '3.3.3.3' });
  t.is(scene.count('mapRegistersReplayed'), 1);
});

test('9301-5.6-08: equal xTR-IDs of two Site-IDs are two xTRs', (t) => {
  const { scene, xtr } = registered(500n);
  scene.register(xtr.register(RECORDS, { nonce: 1n, identity: { xtrId: 0x22n, siteId: 5n } }), FROM);
  t.is(scene.count('mapRegistersReplayed'), 0);
});

test('9301-5.6-08: a new key has its own nonces', (t) => {
  const { scene, xtr } = registered(500n);
  const key: AuthenticationKey = { ...KEY, keyId: 9 };
  scene.register(xtr.register(RECORDS, { nonce: 1n }), { ...FROM, key });
  t.is(scene.count('mapRegistersReplayed'), 0);
});

test('without an xTR-ID, nonces belong to the locators, whatever the source address', (t) => {
  const scene = new Scene();
  const xtr = new Etr('2.2.2.2', undefined);
  scene.register(xtr.register(RECORDS, { nonce: 5n }), FROM);
  scene.register(xtr.register([record('1.1.1.9/32', ['2.2.2.2'])], { nonce: 5n }), { from: '6.6.6.6' });
  t.is(scene.count('mapRegistersReplayed'), 1);
});

test('nonces survive the registration', (t) => {
  const { scene, xtr } = registered(500n);
  scene.advance(3_600_000);
  t.deepEqual(scene.table, []);
  scene.register(xtr.register(RECORDS, { nonce: 500n }), FROM);
  t.deepEqual(scene.table, []);
  t.is(scene.count('mapRegistersReplayed'), 1);
});

test('a refused message does not change the stored nonce', (t) => {
  const { scene, xtr } = registered(500n);
  scene.register(xtr.register(RECORDS, { nonce: 900n }), {
    ...FROM,
    key: { ...KEY, secret: Buffer.from('x') },
  });
  scene.register(xtr.register([record('8.8.8.8/32', [])], { nonce: 900n }), FROM);
  t.is(scene.register(xtr.register(RECORDS, { nonce: 501n }), FROM).sends.length, 1);
});

test('9301-5.7-01: a copy of the last Map-Register, sent because the Map-Notify was lost, is acknowledged and refreshes', (t) => {
  const { scene, xtr } = registered(500n);
  const bytes = encodeMessage(xtr.register(RECORDS, { nonce: 501n }), KEY.secret);
  scene.registerBytes(bytes, FROM);
  scene.advance(120_000);
  const again = scene.registerBytes(bytes, FROM);
  t.is(again.notifies()[0]?.message.nonce, 501n);
  t.deepEqual(again.eventNames, ['map-notify-sent']);
  t.is(scene.count('mapRegistersReplayed'), 0);
  scene.advance(120_000);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2']);
});

test('a repetition does not bring back an EID that has moved since', (t) => {
  const { scene, xtr } = registered(500n);
  const bytes = encodeMessage(xtr.register(RECORDS, { nonce: 501n }), KEY.secret);
  scene.registerBytes(bytes, FROM);
  scene.register(new Etr('6.6.6.6', 0x66n).register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  const again = scene.registerBytes(bytes, FROM);
  t.is(again.sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);
});

test('a repetition of a withdrawal is acknowledged again', (t) => {
  const { scene, xtr } = registered(500n);
  const bytes = encodeMessage(xtr.register([withdrawal(HOST)], { nonce: 501n }), KEY.secret);
  scene.registerBytes(bytes, FROM);
  t.deepEqual(scene.registerBytes(bytes, FROM).eventNames, ['map-notify-sent']);
});

test('a captured message keeps a dead ETR registered for at most one more timeout', (t) => {
  const { scene, xtr } = registered(500n);
  const bytes = encodeMessage(xtr.register(RECORDS, { nonce: 501n }), KEY.secret);
  scene.registerBytes(bytes, FROM);
  for (let second = 0; second < 360; second += 10) {
    scene.advance(10_000);
    scene.registerBytes(bytes, FROM);
  }
  t.deepEqual(scene.table, []);
});

test('a repetition without the M bit expects no Map-Notify and is dropped', (t) => {
  const { scene, xtr } = registered(500n);
  const bytes = encodeMessage(xtr.register(RECORDS, { nonce: 501n, wantMapNotify: false }), KEY.secret);
  scene.registerBytes(bytes, FROM);
  t.deepEqual(scene.registerBytes(bytes, FROM).eventNames, ['map-register-rejected']);
  t.is(scene.count('mapRegistersReplayed'), 1);
});

test('a site without strict nonces accepts any nonce', (t) => {
  const { scene, xtr } = registered(500n, false);
  for (const nonce of [500n, 500n, 3n, 0n])
    t.is(scene.register(xtr.register(OTHER_RECORDS, { nonce }), FROM).sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 3.3.3.3']);
});

/** Whether the Map-Register with this nonce is accepted after a restart. */
const afterRestart = test.macro((t, nonce: bigint, accepted: boolean) => {
  const { scene, xtr } = registered(500n);
  const next = scene.restarted(sites(true));
  next.register(xtr.register(RECORDS, { nonce }), FROM);
  t.deepEqual(next.table, accepted ? ['1.1.1.1/32 -> 2.2.2.2'] : []);
  t.is(next.count('mapRegistersReplayed'), accepted ? 0 : 1);
});
test('9301-5.6-08, 9301-5.6-09: a lower nonce is a replay after a restart, too', afterRestart, 499n, false);
test(
  '9301-5.6-08, 9301-5.6-09: the last nonce is a replay after a restart, since its registration is gone',
  afterRestart,
  500n,
  false,
);
test('9301-5.6-08: a greater nonce is accepted after a restart', afterRestart, 501n, true);

test('9301-5.6-08: nonces survive two restarts with a message between them', (t) => {
  const { scene, xtr } = registered(500n);
  const second = scene.restarted(sites(true));
  second.register(xtr.register(RECORDS, { nonce: 600n }), FROM);
  const third = second.restarted(sites(true));
  third.register(xtr.register(RECORDS, { nonce: 599n }), FROM);
  t.is(third.count('mapRegistersReplayed'), 1);
});

test('9301-5.6-07, 9301-5.6-08: a new secret under the same key ID has its own nonces after a restart', (t) => {
  const { scene, xtr } = registered(500n);
  const key: AuthenticationKey = { ...KEY, secret: Buffer.from('another secret') };
  const next = scene.restarted(sites(true, [key]));
  next.register(xtr.register(RECORDS, { nonce: 1n }), { ...FROM, key });
  t.deepEqual(next.table, ['1.1.1.1/32 -> 2.2.2.2']);
});

test('the stored fingerprint does not reveal the secret', (t) => {
  const [entry] = registered(500n).scene.kept;
  t.like(entry, { site: 'one', etr: '0:22', nonce: 500n });
  t.regex(entry?.key ?? '', /^[0-9a-f]{16}$/);
});

test('nonces of a site that is no longer configured are ignored', (t) => {
  const { scene, xtr } = registered(500n);
  t.is(scene.kept.length, 1);
  const next = scene.restarted([site('two', ['1.1.1.0/24'])]);
  next.register(xtr.register(RECORDS, { nonce: 1n }), FROM);
  t.deepEqual(next.table, ['1.1.1.1/32 -> 2.2.2.2']);
});

test('at the limit the least recently used ETR is evicted, also after a restart', (t) => {
  const { scene } = registered(500n);
  const key = scene.kept[0]?.key ?? '';
  for (let i = 0; i <= TRACKED_ETRS_PER_SITE; i++)
    scene.kept.push({ site: 'one', key, etr: `0:${(i + 0x100).toString(16)}`, nonce: 9n });
  const next = scene.restarted(sites(true));
  const isReplay = (xtrId: bigint): boolean =>
    next.register(new Etr('2.2.2.2', xtrId).register(RECORDS, { nonce: 9n }), FROM).sends.length === 0;
  t.deepEqual([0x101n, 0x102n, 0x100n, 0x22n].map(isReplay), [true, true, false, false]);
});
