// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { sameEidPrefix } from '#addr/index.js';
import { EXPIRE_BATCH } from '#control/contract/machine.js';
import { recordBytes } from '#control/kit/message-size.js';
import { encodeMessage } from '#wire/index.js';
import {
  Bench,
  configOf,
  dynamic,
  locator,
  MAP_SERVER,
  peer,
  prefix,
  record,
  repeatable,
} from '#test/control/harness.js';

type Overrides = Parameters<typeof configOf>[1];

/** An xTR with configured EID-Prefixes. */
function etr(eids: readonly string[], overrides: Overrides = {}, rlocs = ['2.2.2.2']): Bench {
  const databaseMappings = eids.map((text) => ({ eid: prefix(text) }));
  return new Bench(configOf(rlocs, { databaseMappings, staticMappings: [], ...overrides })).start();
}

/** An xTR with one learnt host, whose registration is acknowledged. */
function learnt(overrides: Overrides = {}): Bench {
  return etr([], { dynamicEids: [dynamic('1.1.1.0/24')], ...overrides })
    .sight('1.1.1.1')
    .acknowledge();
}

function manyEids(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
}

test('a Map-Register has the fields of RFC 9301 section 5.6', (t) => {
  const bench = etr(['5.5.5.0/24']);
  t.like(bench.registers[0], {
    proxyReply: false,
    useTtl: false,
    merge: false,
    eidNotify: false,
    wantMapNotify: true,
    identity: { xtrId: 2n, siteId: 1n },
  });
  t.like(bench.registers[0]?.records[0], { ttl_min: 1440, authoritative: true, action: 0 });
  t.like(bench.registers[0]?.records[0]?.locators[0], { local: true, reachable: true, probed: false });
  t.deepEqual(bench.sent, [`2.2.2.2 > ${MAP_SERVER}:4342 map-register 5.5.5.0/24=2.2.2.2`]);
});

test('9301-5.6-01: xTR-ID and Site-ID are always included', (t) => {
  const bench = learnt();
  bench.lose('1.1.1.1', 7, 'Local Address');
  const identity = { xtrId: 2n, siteId: 1n };
  t.deepEqual(
    bench.registers.map((register) => register.identity),
    [identity, identity],
    'registered and withdrawn',
  );
});

test('9301-8.2-06: the P bit is set if proxy replies are configured', (t) => {
  const bench = etr(['5.5.5.0/24'], { mapServers: [{ ...peer(MAP_SERVER), proxyReply: true }] });
  t.true(bench.registers[0]?.proxyReply);
});

test('9301-5.5-05: locators are in ascending order, IPv4 before IPv6', (t) => {
  const bench = etr(['5.5.5.0/24'], {}, ['2001:db8::2', '9.9.9.9', '2.2.2.2']);
  t.deepEqual(bench.sent, [
    `9.9.9.9 > ${MAP_SERVER}:4342 map-register 5.5.5.0/24=2.2.2.2+9.9.9.9+2001:db8::2`,
  ]);
});

test('every Map-Server gets the Map-Register', (t) => {
  const bench = etr(['5.5.5.0/24'], { mapServers: [peer('10.0.0.1'), peer('2001:db8::1')] });
  t.deepEqual(bench.sent, [
    '2.2.2.2 > 10.0.0.1:4342 map-register 5.5.5.0/24=2.2.2.2',
    '* > 2001:db8::1:4342 map-register 5.5.5.0/24=2.2.2.2',
  ]);
});

test('9301-8.2-D02: a registration is refreshed every minute, minus jitter', (t) => {
  const bench = etr(['5.5.5.0/24']).acknowledge();
  t.deepEqual(bench.pass(59_999).sent, []);
  t.is(bench.pass(1).sent.length, 1);
  t.is(bench.counters.get('mapRegistersRetransmitted'), 0);
  const config = configOf(['2.2.2.2'], { databaseMappings: [{ eid: prefix('5.5.5.0/24') }] });
  const early = new Bench(config, repeatable(0.5)).start().acknowledge();
  t.deepEqual(early.pass(56_999).sent, []);
  t.is(early.pass(1).sent.length, 1);
});

test('9301-5.7-01: retransmitted after 1 s, 2 s, 4 s ... at most 60 s, until the Map-Notify', (t) => {
  const bench = etr(['5.5.5.0/24']);
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
    t.deepEqual(bench.pass(wait * 1000 - 1).sent, [], `before ${wait} s`);
    t.is(bench.pass(1).sent.length, 1, `after ${wait} s`);
  }
  t.is(bench.counters.get('mapRegistersRetransmitted'), 8);
  bench.acknowledge();
  t.deepEqual(bench.pass(30_000).sent, []);
});

test('9301-5.6-D01: the nonce grows with every message, retransmissions included', (t) => {
  const bench = etr(['5.5.5.0/24'], { mapServers: [peer('10.0.0.1'), peer('10.0.0.9')] }).pass(300_000);
  const nonces = bench.registers.map(({ nonce }) => nonce);
  t.deepEqual(
    nonces,
    nonces.map((_, i) => 1000n + BigInt(i)),
  );
});

test('a Map-Notify with the nonce of an earlier transmission acknowledges', (t) => {
  const bench = etr(['5.5.5.0/24']).pass(3000);
  t.is(bench.registers.length, 3);
  const [first] = bench.registers;
  bench.notify(first!.nonce, first!.records);
  t.deepEqual(bench.sent, []);
  t.deepEqual(bench.pass(50_000).sent, []);
});

test('9301-5.7-D05: neither an acknowledgement nor a late copy of it gets a Map-Notify-Ack', (t) => {
  const bench = etr(['5.5.5.0/24']).pass(1000).acknowledge();
  const [first] = bench.registers;
  t.deepEqual(bench.notify(first!.nonce, first!.records).sent, []);
  t.deepEqual(bench.events, ['map-notify-received']);
});

test('records that a Map-Notify leaves out are retransmitted', (t) => {
  const bench = etr(['5.5.5.0/24', '6.6.6.0/24']);
  const [register] = bench.registers;
  bench.notify(register!.nonce, register!.records.slice(0, 1));
  const acknowledged = (text: string): unknown =>
    bench.xtr.database.get(prefix(text))?.registrations.map((one) => one.acknowledged);
  t.deepEqual(acknowledged('5.5.5.0/24'), [true]);
  t.deepEqual(acknowledged('6.6.6.0/24'), [false]);
  t.deepEqual(bench.pass(1000).sent, [`2.2.2.2 > ${MAP_SERVER}:4342 map-register 6.6.6.0/24=2.2.2.2`]);
});

test('an EID that the Map-Server refuses does not prevent the registration of others', (t) => {
  const bench = etr(manyEids(5));
  const refused = prefix('10.0.3.0/24');
  for (let second = 0; second < 60; second++) {
    for (const effect of bench.pass(1000).effects)
      if (effect.type === 'send' && effect.message.type === 'map-register') {
        const { nonce, records } = effect.message;
        if (!records.some((one) => sameEidPrefix(one.eid, refused))) bench.notify(nonce, records);
      }
  }
  const acknowledged = Array.from(
    bench.xtr.database.entries(),
    ({ value }) => value.registrations[0]?.acknowledged,
  );
  t.deepEqual(acknowledged, [true, true, true, false, true]);
  bench.pass(60_000);
  t.true(bench.registers.at(-1)!.records.length > 0);
  t.deepEqual(
    bench.registers
      .slice(-3)
      .filter(({ records }) => records.length > 1 && records.some((one) => sameEidPrefix(one.eid, refused))),
    [],
  );
});

test('a registration is not acknowledged after three minutes without a Map-Notify', (t) => {
  const bench = etr(['5.5.5.0/24']).acknowledge();
  const state = (): unknown => bench.xtr.database.get(prefix('5.5.5.0/24'))?.registrations[0];
  const since = bench.now;
  bench.pass(150_000);
  t.like(state(), { acknowledged: true, registeredSince_ms: since });
  bench.pass(60_000);
  t.like(state(), { acknowledged: false, registeredSince_ms: undefined });
  bench.acknowledge();
  t.like(state(), { acknowledged: true, registeredSince_ms: bench.now });
});

const OUTAGE_ms = 300_000;
const REGISTER = `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2`;

test('after such an outage a host is probed before it is registered again', (t) => {
  const bench = learnt().pass(OUTAGE_ms).pass(60_000);
  t.deepEqual(bench.lines, ['probe-host 1.1.1.1 7']);
  t.deepEqual(bench.sight('1.1.1.1').sent, [REGISTER]);
});

test('an address of this router answers no probe, so it is registered without one', (t) => {
  const bench = etr([], { dynamicEids: [dynamic('1.1.1.0/24')] })
    .sight('1.1.1.1', 7, 'Local Address')
    .acknowledge()
    .pass(OUTAGE_ms)
    .pass(60_000);
  t.deepEqual(bench.lines, [REGISTER]);
  bench.acknowledge();
  t.like(bench.xtr.database.get(prefix('1.1.1.1')), { registrations: [{ acknowledged: true }] });
});

test('the same for an address that was first detected as a host, before or during the outage', (t) => {
  const before = learnt().sight('1.1.1.1', 7, 'Local Address').pass(OUTAGE_ms).pass(60_000);
  t.deepEqual(before.lines, [REGISTER]);
  const within = learnt().pass(OUTAGE_ms).sight('1.1.1.1', 7, 'Local Address');
  t.deepEqual(within.sent, [REGISTER]);
  t.deepEqual(within.pass(OUTAGE_ms).pass(60_000).lines, [REGISTER]);
});

test('9301-5-02: no Map-Register is longer than 576 bytes over IPv4', (t) => {
  const bench = etr(manyEids(100));
  t.true(bench.registers.length > 3);
  t.is(bench.registers.flatMap(({ records }) => records).length, 100);
  for (const register of bench.registers) t.true(encodeMessage(register).length + 28 + 32 <= 576);
});

test('9301-5-02: no Map-Register is longer than 1280 bytes over IPv6', (t) => {
  const bench = etr(manyEids(100), { mapServers: [peer('2001:db8::1')] }, ['2001:db8::2']);
  t.true(bench.registers.length > 1);
  for (const register of bench.registers) t.true(encodeMessage(register).length + 48 + 32 <= 1280);
});

test('the computed size of a record equals its encoded size', (t) => {
  const register = (eid: string, locators: string[]): number => {
    const records = [record(eid, locators)];
    const message = etr(['5.5.5.0/24']).registers[0]!;
    return encodeMessage({ ...message, records }).length;
  };
  const bare = register('1.1.1.1', []) - recordBytes(prefix('1.1.1.1'), []);
  for (const text of ['1.1.1.1', '[7]1.1.1.0/24', '2001:db8::1', '[7]2001:db8::/32'])
    for (const locators of [[], ['2.2.2.2'], ['2.2.2.2', '2001:db8::2']])
      t.is(
        register(text, locators),
        bare +
          recordBytes(
            prefix(text),
            locators.map((one) => locator(one)),
          ),
        `${text} ${locators.join(' ')}`,
      );
});

test('EIDs learnt one by one end up in one message', (t) => {
  const bench = etr([], { dynamicEids: [dynamic('1.1.1.0/24')] });
  for (let host = 1; host <= 4; host++) bench.sight(`1.1.1.${host}`).acknowledge().pass(1000);
  t.is(bench.registers.length, 4);
  bench.pass(56_000);
  t.deepEqual(bench.sent, [
    `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2, 1.1.1.2/32=2.2.2.2, 1.1.1.3/32=2.2.2.2, 1.1.1.4/32=2.2.2.2`,
  ]);
});

test('EIDs learnt in one batch of punts are registered in one message', (t) => {
  const bench = etr([], { dynamicEids: [dynamic('1.1.1.0/24')] });
  const punts = ['1.1.1.1', '1.1.1.2'].map((host) => bench.puntOf('eid-detected', host, '5.5.5.5'));
  bench.punts(punts);
  t.deepEqual(bench.sent, [
    `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2, 1.1.1.2/32=2.2.2.2`,
  ]);
});

test('very many EIDs are registered in slices', (t) => {
  const bench = etr(manyEids(2 * EXPIRE_BATCH));
  const records = (): number => bench.registers.flatMap((register) => register.records).length;
  t.is(records(), EXPIRE_BATCH);
  bench.pass(0);
  t.is(records(), 2 * EXPIRE_BATCH);
});

// Withdrawals.

const WITHDRAWAL = `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=none ttl 0 act 3`;

test('a withdrawal has TTL 0, no locators, ACT 3, A and M', (t) => {
  const bench = learnt().lose('1.1.1.1');
  t.deepEqual(bench.sent, [WITHDRAWAL]);
  t.like(bench.registers.at(-1), { wantMapNotify: true });
  t.like(bench.registers.at(-1)?.records[0], { authoritative: true, ttl_min: 0, action: 3, locators: [] });
});

test('a withdrawal is retransmitted a limited number of times', (t) => {
  const bench = learnt().lose('1.1.1.1').pass(600_000);
  t.is(bench.sent.length, 5);
  t.is(bench.xtr.nextDeadline(), undefined);
});

test('a withdrawal is not retransmitted after its Map-Notify', (t) => {
  const bench = learnt().lose('1.1.1.1').acknowledge().pass(600_000);
  t.deepEqual(bench.sent, []);
});

test('a host that comes back stops the withdrawal, and a host that leaves stops the registration', (t) => {
  const bench = learnt().lose('1.1.1.1').sight('1.1.1.1');
  t.deepEqual(bench.sent, [`2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2`]);
  t.false(bench.pass(40_000).sent.includes(WITHDRAWAL));
  bench.lose('1.1.1.1');
  t.deepEqual(
    bench.pass(10_000).sent.filter((line) => line !== WITHDRAWAL),
    [],
  );
});

test('without Map-Servers nothing is sent and no state is kept', (t) => {
  const bench = etr([], { dynamicEids: [dynamic('1.1.1.0/24')], mapServers: [] }).sight('1.1.1.1');
  t.deepEqual(bench.sent, []);
  bench.lose('1.1.1.1');
  t.is(bench.xtr.nextDeadline(), undefined);
});
