// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatEidPrefix } from '#addr/index.js';
import type { AuthenticationKey } from '#control/contract/config.js';
import { WITHDRAW_DELAY_ms } from '#control/mobility/dynamic-eid.js';
import { RecentKeys } from '#control/kit/recent-keys.js';
import type { EidRecord, MapNotify } from '#wire/index.js';
import {
  Bench,
  configOf,
  dynamic,
  KEY,
  locator,
  MAP_SERVER,
  peer,
  prefix,
  record,
} from '#test/control/harness.js';

const MOVED = record('1.1.1.1', ['6.6.6.6']);
const SHA1: AuthenticationKey = { keyId: 1, algorithm: 'hmac-sha-1-96', secret: KEY.secret };

/** xTR2 with the host 1.1.1.1, learnt a minute ago. */
function xtr2(overrides: Parameters<typeof configOf>[1] = {}): Bench {
  const dynamicEids = [dynamic('1.1.1.0/24')];
  const bench = new Bench(configOf(['2.2.2.2'], { dynamicEids, ...overrides })).start();
  return bench.sight('1.1.1.1').acknowledge().pass(50_000);
}

const ACK = `2.2.2.2 > ${MAP_SERVER}:4342 map-notify-ack`;

test('9301-5.7-D05: an unsolicited Map-Notify is acknowledged with its contents, to port 4342', (t) => {
  const bench = xtr2().notify(4711n, [record('9.9.9.9', ['6.6.6.6'], { ttl_min: 7 })], {
    identity: { xtrId: 2n, siteId: 1n },
  });
  t.deepEqual(bench.lines, [`${ACK} 9.9.9.9/32=6.6.6.6 ttl 7`]);
  t.like(bench.effects.at(-1), {
    key: KEY.secret,
    message: {
      nonce: 4711n,
      identity: { xtrId: 2n, siteId: 1n },
      authentication: { keyId: 1, algorithmId: 2 },
    },
  });
  t.is(bench.counters.get('mapNotifyAcksOut'), 1);
});

const refused = test.macro({
  exec(t, key: AuthenticationKey, change: (message: MapNotify) => Partial<MapNotify>) {
    const bench = xtr2();
    bench.notify(1n, [MOVED], {}, key);
    if (key === KEY) {
      const received = { ...bench.received(MAP_SERVER), bytes: new Uint8Array(60) };
      const message: MapNotify = {
        type: 'map-notify',
        nonce: 2n,
        authentication: { keyId: 1, algorithmId: 2, data: new Uint8Array(32) },
        records: [MOVED],
        identity: undefined,
      };
      bench.sight('1.1.1.1');
      bench.message(received, { ...message, ...change(message) });
    }
    t.deepEqual(bench.lines, []);
    t.deepEqual(bench.events, ['message-rejected']);
    t.is(bench.counters.get('authenticationFailures'), 1);
    t.not(bench.xtr.database.get(prefix('1.1.1.1')), undefined);
  },
  title: (title = '') => `9301-5.7-D06: dropped: ${title}`,
});

test('refused: another secret', refused, { ...KEY, secret: new TextEncoder().encode('guess') }, () => ({}));
test('refused: another algorithm than that of the key', refused, SHA1, () => ({}));
test('refused: no authentication', refused, KEY, () => ({
  authentication: { keyId: 0, algorithmId: 0, data: new Uint8Array() },
}));

test('the key of any configured Map-Server is accepted, and signs the Map-Notify-Ack', (t) => {
  const other = { ...SHA1, secret: new TextEncoder().encode('another') };
  const mapServers = [peer('10.0.0.9', other), peer(MAP_SERVER), peer('10.0.0.8', SHA1)];
  const dynamicEids = [dynamic('1.1.1.0/24')];
  const bench = new Bench(configOf(['2.2.2.2'], { mapServers, dynamicEids })).start().sight('1.1.1.1');
  bench.pass(60_000).notify(4711n, [MOVED], {}, other);
  t.true(bench.sent.includes(`${ACK} 1.1.1.1/32=6.6.6.6`));
  const ack = bench.effects.find((effect) => effect.type === 'send');
  t.is(ack?.key, other.secret);
});

test('when a host moves, the trie is written before the host route and the answer', (t) => {
  const bench = xtr2().notify(4711n, [MOVED]);
  t.is(bench.lines[0], 'local-eid 1.1.1.1/32 away -> 6.6.6.6');
  t.deepEqual(bench.events, ['map-notify-received', 'eid-away']);
  t.like(bench.xtr.away.get(prefix('1.1.1.1')), { createdAt_ms: bench.now });
});

const unmoved = test.macro({
  exec(t, one: EidRecord) {
    const bench = xtr2().notify(4711n, [one]);
    t.deepEqual(
      bench.effects.map(({ type }) => type),
      ['event', 'send'],
    );
    t.not(bench.xtr.database.get(prefix('1.1.1.1')), undefined);
  },
  title: (title = '') => `nothing moves, and it is acknowledged: ${title}`,
});

test('no move: our RLOC is among the locators', unmoved, record('1.1.1.1', ['6.6.6.6', '2.2.2.2']));
test('no move: no locators', unmoved, record('1.1.1.1', []));
test('no move: TTL 0', unmoved, record('1.1.1.1', ['6.6.6.6'], { ttl_min: 0 }));
test('no move: a less-specific', unmoved, record('1.1.1.0/24', ['6.6.6.6']));
test('no move: another instance', unmoved, record('[7]1.1.1.1', ['6.6.6.6']));

test('several hosts in one Map-Notify', (t) => {
  const bench = xtr2().sight('1.1.1.2').acknowledge().pass(10_000);
  bench.notify(4711n, [MOVED, record('9.9.9.9', ['6.6.6.6']), record('1.1.1.2', ['7.7.7.7'])]);
  t.deepEqual(
    bench.lines.filter((line) => line.startsWith('local-eid')),
    ['local-eid 1.1.1.1/32 away -> 6.6.6.6', 'local-eid 1.1.1.2/32 away -> 7.7.7.7'],
  );
  t.is(bench.sent.length, 1, 'one Map-Notify-Ack');
  t.deepEqual(bench.pass(WITHDRAW_DELAY_ms).events, ['withdraw-sent'], 'one for both');
});

test('a Map-Notify about a host that is already away updates its locators', (t) => {
  const bench = xtr2()
    .notify(1n, [MOVED])
    .notify(2n, [record('1.1.1.1', ['7.7.7.7'])]);
  t.deepEqual(bench.lines, [
    'local-eid 1.1.1.1/32 away -> 7.7.7.7',
    `${ACK} 1.1.1.1/32=7.7.7.7`,
    'keep-neighbours 10.0.0.1 10.0.0.2 7.7.7.7',
  ]);
  t.is(bench.xtr.away.size, 1);
});

test('a repeated Map-Notify changes nothing and is acknowledged again', (t) => {
  const bench = xtr2().notify(1n, [MOVED]).notify(1n, [MOVED]);
  t.deepEqual(bench.sent, [`${ACK} 1.1.1.1/32=6.6.6.6`]);
  t.is(bench.xtr.away.size, 1);
});

test('a Map-Notify replayed after the host came back is acknowledged and changes nothing', (t) => {
  const bench = xtr2().notify(4711n, [MOVED]).acknowledge().sight('1.1.1.1').acknowledge().pass(10_000);
  bench.notify(4711n, [MOVED]);
  t.deepEqual(bench.lines, [`${ACK} 1.1.1.1/32=6.6.6.6`]);
  t.not(bench.xtr.database.get(prefix('1.1.1.1')), undefined);
  bench.notify(4712n, [MOVED]);
  t.is(bench.xtr.away.size, 1, 'a new one does');
});

test('the same for a Map-Notify that concerned no local EID at first', (t) => {
  const other = record('1.1.1.9', ['6.6.6.6']);
  const bench = xtr2().notify(4711n, [other]).sight('1.1.1.9').acknowledge().pass(10_000);
  t.is(bench.notify(4711n, [other]).xtr.away.size, 0);
});

test('a limited number of Map-Notifies is stored, the oldest is evicted first', (t) => {
  const keys = new RecentKeys(2);
  for (const key of ['a', 'b', 'b', 'c']) keys.add(key);
  t.deepEqual(
    ['a', 'b', 'c'].map((key) => keys.has(key)),
    [false, true, true],
  );
});

test('if two Map-Servers share a key, the nonce decides which one answered, whatever its source address', (t) => {
  const mapServers = [peer('10.0.0.8'), peer('10.0.0.9')];
  const dynamicEids = [dynamic('1.1.1.0/24')];
  const bench = new Bench(configOf(['2.2.2.2'], { mapServers, dynamicEids })).start().sight('1.1.1.1');
  const acknowledged = (): unknown =>
    bench.xtr.database.get(prefix('1.1.1.1'))?.registrations.map((one) => one.acknowledged);
  bench.acknowledge(); // the Map-Register to 10.0.0.9, acknowledged from an address that is not configured
  t.deepEqual(acknowledged(), [false, true]);
  const [first] = bench.registers;
  bench.notify(first!.nonce, first!.records);
  t.deepEqual(acknowledged(), [true, true]);
});

test('unusable locators are not used for stale packets', (t) => {
  const bench = xtr2().notify(1n, [
    record('1.1.1.1', [locator('6.6.6.6', { reachable: false }), '7.7.7.7', '2001:db8::6']),
  ]);
  t.is(bench.lines[0], 'local-eid 1.1.1.1/32 away -> 6.6.6.6(unusable)+7.7.7.7+2001:db8::6(unusable)');
});

test('a Map-Notify for another xTR is ignored and not acknowledged', (t) => {
  const bench = xtr2().notify(1n, [MOVED], { identity: { xtrId: 6n, siteId: 1n } });
  t.deepEqual(bench.lines, []);
  t.deepEqual(bench.events, ['message-rejected']);
  t.is(bench.counters.get('unexpectedMessages'), 1);
});

test('an xTR-ID of zero matches any xTR', (t) => {
  t.is(xtr2().notify(1n, [MOVED], { identity: { xtrId: 0n, siteId: 0n } }).xtr.away.size, 1);
});

test('a Map-Notify that crosses our Map-Register is ignored until that is acknowledged', (t) => {
  // The host moved to xTR6 and came back at once. The Map-Notify about xTR6 was under way during that time.
  const bench = xtr2().notify(1n, [MOVED]).pass(100).sight('1.1.1.1');
  bench.notify(2n, [MOVED]);
  t.deepEqual(bench.lines, []);
  t.is(bench.xtr.away.size, 0);
  // A repetition after the Map-Server handled our Map-Register is valid.
  const [register] = bench.registers.slice(-1);
  bench.notify(register!.nonce, register!.records).notify(2n, [MOVED]);
  t.is(bench.xtr.away.size, 1);
});

test('a record that crosses a Map-Register delays the Ack but no other record of the Map-Notify', (t) => {
  const bench = xtr2().sight('1.1.1.2').acknowledge().pass(50_000);
  const others = [record('1.1.1.2', ['6.6.6.6'])];
  bench.notify(1n, [MOVED]).pass(100).sight('1.1.1.1');
  bench.notify(2n, [MOVED, ...others]);
  t.deepEqual(
    [...bench.xtr.away.entries()].map(({ eid }) => formatEidPrefix(eid)),
    ['1.1.1.2/32'],
  );
  t.false(bench.sent.some((sent) => sent.startsWith(ACK)));
  const register = bench.registers.findLast(({ records }) => records.some(({ ttl_min }) => ttl_min > 0));
  bench.notify(register!.nonce, register!.records).notify(2n, [MOVED, ...others]);
  t.is(bench.xtr.away.size, 2);
  t.true(bench.sent.some((sent) => sent.startsWith(ACK)));
});

test('a Map-Server that acknowledges nothing is believed after three seconds', (t) => {
  const bench = xtr2().notify(1n, [MOVED]).pass(100).sight('1.1.1.1').pass(3000).notify(2n, [MOVED]);
  t.is(bench.xtr.away.size, 1);
});

test('an away entry expires after the TTL of the record', (t) => {
  const bench = xtr2({ mapServers: [peer(MAP_SERVER)] }).notify(1n, [{ ...MOVED, ttl_min: 10 }]);
  bench.acknowledge().pass(599_999);
  t.is(bench.xtr.away.size, 1);
  bench.pass(1);
  t.deepEqual(bench.lines, ['local-eid 1.1.1.1/32 deleted', 'keep-neighbours 10.0.0.1 10.0.0.2']);
  t.is(bench.xtr.away.size, 0);
});

test('an away entry expires after a day at the latest', (t) => {
  const bench = xtr2().notify(1n, [{ ...MOVED, ttl_min: 100_000 }]);
  t.is(bench.xtr.away.get(prefix('1.1.1.1'))?.expiresAt_ms, bench.now + 24 * 3_600_000);
});
