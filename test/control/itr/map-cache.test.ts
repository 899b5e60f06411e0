// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { EidRecord } from '#wire/index.js';
import { describeForwarding } from '#test/control/lines.js';
import { Bench, configOf, dynamic, locator, prefix, record } from '#test/control/harness.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';

const MINUTE_ms = 60_000;

function xtr4(overrides: Parameters<typeof configOf>[1] = {}): Bench {
  return new Bench(configOf(['4.4.4.4'], overrides)).start();
}

/** An xTR that requested `asked` and got these records from 2.2.2.2. */
function answered(asked: string, ...records: EidRecord[]): Bench {
  return resolve(xtr4(), asked, '2.2.2.2', ...records);
}

function resolve(bench: Bench, asked: string, from: string, ...records: EidRecord[]): Bench {
  bench.punt('map-cache-miss', '5.5.5.5', asked, { frame: Uint8Array.of(1) });
  return bench.reply(from, ...records);
}

function lifetime(bench: Bench, text: string): number | undefined {
  const entry = bench.xtr.mapCache.get(prefix(text));
  return entry?.expiresAt_ms === undefined ? undefined : entry.expiresAt_ms - bench.now;
}

const becomes = test.macro({
  exec(t, one: EidRecord, forwarding: string) {
    const entry = answered('1.1.1.1', one).xtr.mapCache.get(one.eid);
    t.is(entry && describeForwarding(entry.forwarding), forwarding);
  },
  title: (title = '') => title,
});

test('a locator is used', becomes, record('1.1.1.1', ['2.2.2.2']), '-> 2.2.2.2');
test(
  '9300-9-01 9301-5.4-09: priority 255 is not used, and keeps its ordinal',
  becomes,
  record('1.1.1.1', [locator('2.2.2.2', { priority: 255 }), '3.3.3.3']),
  '-> 2.2.2.2(unusable)+3.3.3.3',
);
test(
  '9300-9-07: a locator with R=0 is not used',
  becomes,
  record('1.1.1.1', [locator('2.2.2.2', { reachable: false })]),
  '-> 2.2.2.2(unusable)',
);
test(
  'a locator of a family that we have no RLOC of is not used',
  becomes,
  record('1.1.1.1', ['2.2.2.2', '2001:db8::2']),
  '-> 2.2.2.2+2001:db8::2(unusable)',
);
test(
  '9301-5.4-15 9301-5.4-16: broadcast and multicast locators are not used',
  becomes,
  record('1.1.1.1', ['2.2.2.2', '224.0.0.5', '255.255.255.255']),
  '-> 2.2.2.2+224.0.0.5(unusable)+255.255.255.255(unusable)',
);
test(
  'our own RLOC among others is not used',
  becomes,
  record('1.1.1.1', ['2.2.2.2', '4.4.4.4']),
  '-> 2.2.2.2+4.4.4.4(unusable)',
);
test('9301-5.4-D04: ACT 0, no-action', becomes, record('1.1.1.1', [], { action: 0 }), 'forward-native');
test(
  '9301-8.1-D02: ACT 1, natively-forward',
  becomes,
  record('1.1.1.1', [], { action: 1 }),
  'forward-native',
);
test('ACT 2, send-map-request', becomes, record('1.1.1.1', [], { action: 2 }), 'send-map-request');
test('ACT 3, drop', becomes, record('1.1.1.1', [], { action: 3 }), 'drop');
test('ACT 4, drop: policy denied', becomes, record('1.1.1.1', [], { action: 4 }), 'drop');
test('ACT 5, drop: authentication failure', becomes, record('1.1.1.1', [], { action: 5 }), 'drop');
test('ACT 6 is not assigned', becomes, record('1.1.1.1', [], { action: 6 }), 'forward-native');
test('ACT means nothing with locators', becomes, record('1.1.1.1', ['2.2.2.2'], { action: 3 }), '-> 2.2.2.2');

test('all 32 locators that a record may have are kept in order', (t) => {
  const locators = Array.from({ length: 32 }, (_, i) =>
    locator(`2.2.2.${i + 1}`, { priority: i < 4 ? 9 : 1 }),
  );
  const bench = answered('1.1.1.1', record('1.1.1.1', locators));
  t.deepEqual(
    bench.xtr.mapCache.get(prefix('1.1.1.1'))?.locators.map(({ rloc }) => rloc),
    locators.map(({ rloc }) => rloc),
  );
});

const lives = test.macro({
  exec(t, one: EidRecord, minutes: number) {
    t.is(lifetime(answered('1.1.1.1', one), '1.1.1.1'), minutes * MINUTE_ms);
  },
  title: (title = '') => title,
});

test('9301-5.4-D03: the TTL is in minutes', lives, record('1.1.1.1', ['2.2.2.2'], { ttl_min: 3 }), 3);
test('TTL 0xffffffff is 24 h', lives, record('1.1.1.1', ['2.2.2.2'], { ttl_min: 0xffff_ffff }), 1440);
test(
  'TTL 0xffffffff of a negative record is 15 min',
  lives,
  record('1.1.1.1', [], { ttl_min: 0xffff_ffff }),
  15,
);
test('the maximum TTL is 7 days', lives, record('1.1.1.1', ['2.2.2.2'], { ttl_min: 1e6 }), 7 * 1440);

test('an entry expires after its TTL, and the next packet causes a Map-Request', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2'], { ttl_min: 1 }));
  bench.pass(MINUTE_ms - 1);
  t.is(bench.xtr.mapCache.size, 2);
  bench.pass(1);
  t.deepEqual(bench.lines.slice(0, 1), ['map-cache 1.1.1.1/32 deleted']);
  t.true(bench.events.includes('map-cache-removed'));
  t.is(bench.punt('map-cache-miss', '5.5.5.5', '1.1.1.1').sent.length, 1);
});

test('9301-5.4-05: TTL 0 removes the entry at once', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2']));
  bench.pass(5000).smr('2.2.2.2', '1.1.1.1');
  bench.reply('2.2.2.2', record('1.1.1.1', [], { ttl_min: 0 }));
  t.true(bench.lines.includes('map-cache 1.1.1.1/32 deleted'));
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.1')), undefined);
});

test('9301-5.5-D02: a more-specific is added beside the less-specific', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.0/24', ['2.2.2.2']));
  resolve(
    bench.pass(2000),
    '1.1.2.1',
    '2.2.2.2',
    record('1.1.0.0/16', ['2.2.2.2']),
    record('1.1.1.0/25', ['3.3.3.3']),
  );
  t.is(describeForwarding(bench.xtr.mapCache.get(prefix('1.1.1.0/25'))!.forwarding), '-> 3.3.3.3');
  t.not(bench.xtr.mapCache.get(prefix('1.1.0.0/16')), undefined);
});

test('9301-5.5-D02: a less-specific replaces the two more-specifics of the same ETR', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2']));
  resolve(bench, '1.1.1.2', '2.2.2.2', record('1.1.1.2', ['2.2.2.2']));
  resolve(bench, '1.1.1.3', '2.2.2.2', record('1.1.1.0/24', ['2.2.2.2']));
  t.deepEqual(bench.lines, [
    'map-cache 1.1.1.0/24 -> 2.2.2.2',
    'map-cache 1.1.1.1/32 deleted',
    'map-cache 1.1.1.2/32 deleted',
    'inject 1',
  ]);
});

test('9301-5.5-04: a mapping that covers entries of another ETR expires with the first of them', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['6.6.6.6'], { ttl_min: 10 }));
  resolve(bench, '1.1.1.3', '3.3.3.3', record('1.1.1.0/24', ['3.3.3.3'], { ttl_min: 60 }));
  t.not(bench.xtr.mapCache.get(prefix('1.1.1.1')), undefined);
  t.is(lifetime(bench, '1.1.1.0/24'), 10 * MINUTE_ms);
});

test('9301-5.5-04: such a mapping does not outlive its own TTL', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['6.6.6.6'], { ttl_min: 60 }));
  resolve(bench, '1.1.1.3', '3.3.3.3', record('1.1.1.0/24', ['3.3.3.3'], { ttl_min: 10 }));
  t.is(lifetime(bench, '1.1.1.0/24'), 10 * MINUTE_ms);
});

test('the records of one Map-Reply are installed together, longest first', (t) => {
  const bench = answered(
    '1.1.1.9',
    record('1.1.1.0/24', ['2.2.2.2']),
    record('1.1.1.1', ['2.2.2.2']),
    record('1.1.1.128/25', ['2.2.2.2']),
  );
  t.deepEqual(bench.lines.slice(0, 3), [
    'map-cache 1.1.1.1/32 -> 2.2.2.2',
    'map-cache 1.1.1.128/25 -> 2.2.2.2',
    'map-cache 1.1.1.0/24 -> 2.2.2.2',
  ]);
  t.is(bench.xtr.mapCache.size, 4);
});

test('9301-5.5-01: a configured send-map-request entry hides no answer', (t) => {
  const bench = xtr4({ dynamicEids: [dynamic('1.1.1.0/24')] });
  resolve(bench, '1.1.1.7', '10.0.0.1', record('1.1.0.0/16', [], { action: 1, ttl_min: 1 }));
  t.deepEqual(bench.lines, ['map-cache 1.1.1.7/32 forward-native', 'inject 1']);
  resolve(bench, '1.1.1.8', '10.0.0.1', record('1.1.1.0/24', [], { action: 1, ttl_min: 1 }));
  t.deepEqual(bench.lines, ['map-cache 1.1.1.8/32 forward-native', 'inject 1']);
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.0/24'))?.via, 'dynamic-EID');
});

test('a Map-Reply does not change a configured mapping', (t) => {
  const bench = xtr4({
    staticMappings: [{ eid: prefix('1.1.1.0/24'), forwarding: { action: 'drop' } }],
  });
  bench.lookup(1, '1.1.1.7');
  bench.reply('2.2.2.2', record('1.1.1.0/24', ['2.2.2.2']));
  t.like(bench.xtr.mapCache.get(prefix('1.1.1.0/24')), { via: 'static', forwarding: { action: 'drop' } });
  bench.clear();
  t.is(bench.xtr.mapCache.size, 1);
});

test('a mapping for a local EID is rejected', (t) => {
  const bench = xtr4({ databaseMappings: [{ eid: prefix('5.5.5.0/24') }] });
  bench.lookup(1, '5.5.5.7');
  bench.reply('2.2.2.2', record('5.5.5.7', ['2.2.2.2']));
  t.is(bench.xtr.mapCache.size, 1);
  t.is(bench.counters.get('mapRepliesRejected'), 1);
});

test('a mapping that would be installed for a local EID is rejected', (t) => {
  const bench = xtr4({ dynamicEids: [dynamic('5.5.5.0/24')] }).sight('5.5.5.7');
  bench.lookup(1, '5.5.5.7');
  bench.reply('2.2.2.2', record('5.5.0.0/16', ['2.2.2.2']));
  t.is(bench.xtr.mapCache.get(prefix('5.5.5.7')), undefined);
});

test('a mapping to our own RLOC is rejected, and packets that wait for it are dropped', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['4.4.4.4']));
  t.is(bench.xtr.mapCache.size, 1);
  t.like(bench.xtr.sizes(), { heldPackets: 0 });
  t.is(bench.counters.get('mapRepliesRejected'), 1);
});

test('the states of locators are recorded', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2', '3.3.3.3'], { ttl_min: 1 }));
  const then = bench.now;
  bench.pass(5000).smr('2.2.2.2', '1.1.1.1');
  bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2', locator('3.3.3.3', { reachable: false }), '7.7.7.7']));
  const states = bench.xtr.mapCache.get(prefix('1.1.1.1'))?.locators;
  t.like(states?.[0], { state: 'up', since_ms: then, stateChanges: 1, lastStateChange_ms: then });
  t.like(states?.[1], { state: 'down', since_ms: then, stateChanges: 2, lastStateChange_ms: then + 5000 });
  t.like(states?.[2], { state: 'up', since_ms: then + 5000, stateChanges: 1 });
});

test('an equal mapping only extends the lifetime', (t) => {
  const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2']));
  bench.pass(5000).smr('2.2.2.2', '1.1.1.1');
  bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.lines, ['map-cache 1.1.1.1/32 -> 2.2.2.2']);
  t.deepEqual(bench.events, ['map-reply-received']);
  t.is(lifetime(bench, '1.1.1.1'), 1440 * MINUTE_ms);
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.1'))?.modifiedAt_ms, bench.now - 5000);
});

test('a full map-cache learns nothing, evicts nothing, and is reported once', (t) => {
  const bench = xtr4({ limits: { ...DEFAULT_XTR_LIMITS, mapCacheEntries: 2 } });
  resolve(bench, '1.1.1.1', '2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  resolve(bench, '1.1.1.2', '2.2.2.2', record('1.1.1.2', ['2.2.2.2']));
  t.deepEqual(bench.events, ['map-reply-received', 'table-full']);
  resolve(bench, '1.1.1.3', '2.2.2.2', record('1.1.1.3', ['2.2.2.2']));
  t.deepEqual(bench.events, ['map-reply-received']);
  t.is(bench.counters.get('mapCacheFull'), 2);
  t.is(bench.xtr.mapCache.size, 2);
  t.like(bench.xtr.sizes(), { heldPackets: 0 });
});

const clears = test.macro({
  exec(t, what: string | undefined, left: string[]) {
    const bench = answered('1.1.1.1', record('1.1.1.1', ['2.2.2.2']));
    resolve(bench, '1.1.2.1', '3.3.3.3', record('1.1.2.0/24', ['3.3.3.3']));
    const before = bench.xtr.mapCache.size;
    bench.clear(what);
    t.deepEqual([...bench.mapCacheTrie.keys()], left);
    t.is(bench.cleared, before - left.length);
    t.is(bench.xtr.mapCache.size, left.length);
  },
  title: (_, what: string | undefined) => `clearing ${what ?? 'everything'}`,
});

test(clears, undefined, ['0.0.0.0/0']);
test(clears, '1.1.0.0/16', ['0.0.0.0/0']);
test(clears, '1.1.1.1/32', ['0.0.0.0/0', '1.1.2.0/24']);
test(clears, '1.1.2.9/32', ['0.0.0.0/0', '1.1.1.1/32']);
test(clears, '9.9.9.9/32', ['0.0.0.0/0', '1.1.1.1/32', '1.1.2.0/24']);
