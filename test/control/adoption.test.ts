// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { WITHDRAW_DELAY_ms } from '#control/mobility/dynamic-eid.js';
import type { Forwarding, LocalEid } from '#control/contract/forwarding.js';
import type { AdoptedState } from '#control/contract/inputs.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import {
  Bench,
  configOf,
  dynamic,
  eid,
  forwardingLocator,
  MAP_RESOLVER,
  MAP_SERVER,
  OTHER_EID_PORT,
  prefix,
  record,
  repeatable,
} from './harness.js';

type Overrides = Parameters<typeof configOf>[1];
const MINUTE_ms = 60_000;
const WITHDRAWAL = `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=none ttl 0 act 3`;

const via = (rloc: string, source = '2.2.2.2'): Forwarding => ({
  action: 'encapsulate',
  locators: [forwardingLocator(rloc, source)],
});
const LOCAL: LocalEid = { kind: 'local', ifindex: 7, dynamic: true };
const away = (rloc: string, source = '2.2.2.2'): LocalEid => ({
  kind: 'away',
  locators: [forwardingLocator(rloc, source)],
});

/** The tries of an xTR with the configuration of `xtr2`. */
const CONFIGURED: AdoptedState = {
  mapCache: ['0.0.0.0/0', '1.1.1.0/24'].map((text) => ({
    eid: prefix(text),
    forwarding: { action: 'send-map-request' },
    expiresAt_ms: undefined,
  })),
  localEids: [
    { eid: prefix('1.1.1.0/24'), entry: { kind: 'dynamic' } },
    { eid: prefix('5.5.5.0/24'), entry: { kind: 'local', ifindex: undefined, dynamic: false } },
  ],
  rlocsDown: [],
};

function xtr2(overrides: Overrides = {}, random = repeatable()): Bench {
  const databaseMappings = [{ eid: prefix('5.5.5.0/24') }];
  const dynamicEids = [dynamic('1.1.1.0/24')];
  return new Bench(configOf(['2.2.2.2'], { databaseMappings, dynamicEids, ...overrides }), random);
}

function startedWith(
  mapCache: [string, Forwarding, (number | undefined)?][],
  localEids: [string, LocalEid][] = [],
  bench = xtr2(),
): Bench {
  const minutes = (expires: number | undefined): number | undefined =>
    expires === undefined ? undefined : bench.now + expires * MINUTE_ms;
  return bench.start({
    mapCache: [
      ...CONFIGURED.mapCache,
      ...mapCache.map(([text, forwarding, expires]) => ({
        eid: prefix(text),
        forwarding,
        expiresAt_ms: minutes(expires),
      })),
    ],
    localEids: [...CONFIGURED.localEids, ...localEids.map(([text, entry]) => ({ eid: prefix(text), entry }))],
  });
}

/** The effects without those of every start. */
function changes(bench: Bench): string[] {
  return bench.lines.filter((line) => !/keep-neighbours|map-register 5.5.5.0\/24=2.2.2.2$/.test(line));
}

test('trie entries that are already right are not rewritten', (t) => {
  const bench = startedWith([]);
  t.deepEqual(bench.lines, [
    `2.2.2.2 > ${MAP_SERVER}:4342 map-register 5.5.5.0/24=2.2.2.2`,
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER}`,
  ]);
});

test('the configuration overrides the contents of the tries', (t) => {
  const bench = xtr2().start({
    mapCache: [
      { eid: prefix('0.0.0.0/0'), forwarding: { action: 'drop' }, expiresAt_ms: undefined },
      { eid: prefix('1.1.1.0/24'), forwarding: via('6.6.6.6'), expiresAt_ms: 2_000_000 },
    ],
    localEids: [
      { eid: prefix('1.1.1.0/24'), entry: away('6.6.6.6') },
      { eid: prefix('5.5.5.0/24'), entry: LOCAL },
    ],
  });
  t.deepEqual(changes(bench), [
    'local-eid 1.1.1.0/24 dynamic',
    'local-eid 5.5.5.0/24 local',
    'map-cache 0.0.0.0/0 send-map-request',
    'map-cache 1.1.1.0/24 send-map-request',
  ]);
});

test('a learnt mapping is recovered unchanged, with its remaining lifetime', (t) => {
  const bench = startedWith([['9.9.9.0/24', via('4.4.4.4'), 10]]);
  t.deepEqual(changes(bench), []);
  t.like(bench.xtr.mapCache.get(prefix('9.9.9.0/24')), {
    via: 'recovered',
    expiresAt_ms: bench.now + 10 * MINUTE_ms,
    mapSource: undefined,
  });
  t.true(bench.lines.includes(`keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER} 4.4.4.4`));
});

test('a recovered mapping is soon requested again, for its own prefix, and forwards meanwhile', (t) => {
  const bench = startedWith([['9.9.9.0/24', via('4.4.4.4'), 10]]);
  t.deepEqual(bench.pass(999).sent, []);
  t.deepEqual(
    bench.pass(1).sent.filter((line) => line.includes('ECM')),
    [`2.2.2.2 > ${MAP_RESOLVER}:4342 ECM(2.2.2.2 > 9.9.9.0) map-request - asks 9.9.9.0/24 reply to 2.2.2.2`],
  );
  bench.reply('4.4.4.4', record('9.9.9.0/24', ['4.4.4.4']));
  t.deepEqual(bench.lines, ['map-cache 9.9.9.0/24 -> 4.4.4.4']);
  t.like(bench.xtr.mapCache.get(prefix('9.9.9.0/24')), { via: 'map-reply' });
});

test('a recovered mapping without an answer forwards until it expires', (t) => {
  const bench = startedWith([['9.9.9.0/24', via('4.4.4.4'), 10]])
    .acknowledge()
    .pass(10 * MINUTE_ms - 1);
  t.false(bench.lines.includes('map-cache 9.9.9.0/24 deleted'));
  t.true(bench.pass(1).lines.includes('map-cache 9.9.9.0/24 deleted'));
});

test('requests for many recovered mappings are spread at random over the time that the rate needs', (t) => {
  let fraction = 0;
  const random = { ...repeatable(), fraction: () => (fraction = (fraction + 0.61803) % 1) };
  const found = Array.from({ length: 500 }, (_, i): [string, Forwarding, number] => [
    `9.${i >> 8}.${i & 255}.0/24`,
    via('4.4.4.4'),
    60,
  ]);
  const bench = startedWith(found, [], xtr2({ mapServers: [] }, random));
  const firstAttempts = (): number =>
    bench.effects.filter((effect) => effect.type === 'event' && effect.event.detail === 'attempt 1').length;
  bench.pass(999);
  t.is(firstAttempts(), 0);
  for (let second = 1; second <= 5; second++) {
    bench.pass(1000);
    const count = firstAttempts();
    t.true(count > 80 && count < 120, `${count} in second ${second}`);
  }
  t.is(bench.pass(1).xtr.sizes().pendingMapRequests, 500);
});

test('a recovered mapping that was confirmed or deleted meanwhile is not requested', (t) => {
  const bench = startedWith([['9.9.9.0/24', via('4.4.4.4'), 10]]).acknowledge();
  bench.clear();
  t.deepEqual(bench.pass(5000).sent, []);
});

const removed = test.macro({
  exec(t, entry: [string, Forwarding, (number | undefined)?]) {
    const bench = startedWith([entry]);
    t.deepEqual(changes(bench), [`map-cache ${entry[0]} deleted`]);
    t.is(bench.xtr.mapCache.get(prefix(entry[0])), undefined);
  },
  title: (title = '') => `not kept: ${title}`,
});

test('removed: a mapping that has expired', removed, ['9.9.9.0/24', via('4.4.4.4'), 0]);
test('removed: a mapping that is no longer configured', removed, ['9.9.9.0/24', via('4.4.4.4')]);
test('removed: a mapping inside a local EID-prefix', removed, ['5.5.5.5/32', via('4.4.4.4'), 10]);

test('a mapping at a local EID-prefix is replaced by the local EID', (t) => {
  const found: [string, Forwarding, number][] = [
    ['5.5.5.0/24', via('4.4.4.4'), 10],
    ['1.1.1.1/32', via('4.4.4.4'), 10],
  ];
  t.deepEqual(
    changes(startedWith(found, [['1.1.1.1/32', LOCAL]])).filter((line) => !line.includes('4342')),
    [
      'host-route-add 1.1.1.1 7',
      'map-cache 5.5.5.0/24 deleted',
      'local-eid 5.5.5.0/24 local',
      'map-cache 1.1.1.1/32 deleted',
      'local-eid 1.1.1.1/32 local on 7',
    ],
  );
});

test('no more mappings are recovered than the limit allows', (t) => {
  const limits = { ...DEFAULT_XTR_LIMITS, mapCacheEntries: 3 };
  const found = ['9.9.1.0/24', '9.9.2.0/24'].map((text): [string, Forwarding, number] => [
    text,
    via('4.4.4.4'),
    10,
  ]);
  t.deepEqual(changes(startedWith(found, [], xtr2({ limits }))), ['map-cache 9.9.2.0/24 deleted']);
});

test('if our RLOC has changed, the source of every locator changes', (t) => {
  const bench = startedWith(
    [['9.9.9.0/24', via('4.4.4.4', '2.2.2.9'), 10]],
    [['1.1.1.1/32', away('6.6.6.6', '2.2.2.9')]],
  );
  t.deepEqual(changes(bench), ['local-eid 1.1.1.1/32 away -> 6.6.6.6', 'map-cache 9.9.9.0/24 -> 4.4.4.4']);
});

test('a learnt host is kept, and probed before it is registered', (t) => {
  const bench = startedWith([], [['1.1.1.1/32', LOCAL]]);
  t.deepEqual(changes(bench), ['host-route-add 1.1.1.1 7']);
  t.like(bench.xtr.dynamicEids.get(prefix('1.1.1.1')), { discovery: 'Recovered', ifindex: 7 });
  t.like(bench.xtr.database.get(prefix('1.1.1.1')), {
    dynamicEid: { name: '1.1.1.0/24' },
    registrations: [{ acknowledged: false }],
  });
  t.deepEqual(changes(bench.pass(0)), ['probe-host 1.1.1.1 7']);
  t.deepEqual(changes(bench.sight('1.1.1.1')), [
    `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2`,
  ]);
  t.deepEqual(bench.events, ['eid-learnt', 'map-register-sent']);
  bench.acknowledge();
  t.like(bench.xtr.database.get(prefix('1.1.1.1')), { registrations: [{ acknowledged: true }] });
  t.deepEqual(
    changes(bench.pass(20_000)).filter((line) => line.includes('1.1.1.1')),
    [],
  );
});

test('a recovered host is probed three times, and deleted after 10 s without an answer', (t) => {
  const bench = startedWith([], [['1.1.1.1/32', LOCAL]]).acknowledge();
  const probes = (milliseconds: number): string[] => changes(bench.pass(milliseconds));
  t.deepEqual(probes(999), ['probe-host 1.1.1.1 7']);
  t.deepEqual(probes(1), ['probe-host 1.1.1.1 7']);
  t.deepEqual(probes(1_999), []);
  t.deepEqual(probes(1), ['probe-host 1.1.1.1 7']);
  t.deepEqual(probes(6_999), []);
  t.deepEqual(probes(1), ['local-eid 1.1.1.1/32 deleted', 'host-route-delete 1.1.1.1 7', WITHDRAWAL]);
  t.deepEqual(bench.events, ['eid-forgotten', 'withdraw-sent']);
  t.is(bench.xtr.database.get(prefix('1.1.1.1')), undefined);
});

test('a recovered host that answers on another interface moves there and is registered', (t) => {
  const bench = startedWith([], [['1.1.1.1/32', LOCAL]]).sight('1.1.1.1', OTHER_EID_PORT);
  t.deepEqual(bench.events, ['eid-learnt', 'eid-learnt', 'map-register-sent']);
});

test('a recovered host that moved by a Map-Notify is not probed any more', (t) => {
  const bench = startedWith([], [['1.1.1.1/32', LOCAL]]).acknowledge();
  bench.notify(1n, [record('1.1.1.1', ['6.6.6.6'])]);
  t.deepEqual(bench.pass(WITHDRAW_DELAY_ms).sent, [WITHDRAWAL]);
  bench.acknowledge();
  t.not(bench.xtr.away.get(prefix('1.1.1.1')), undefined);
  t.deepEqual(changes(bench.pass(20_000)), []);
});

test('many hosts are probed at a rate that the kernel neighbour table can hold', (t) => {
  const hosts = Array.from({ length: 250 }, (_, i): [string, LocalEid] => [`1.1.1.${i + 1}/32`, LOCAL]);
  const bench = startedWith([], hosts);
  const first = changes(bench.pass(999)).filter((line) => line.startsWith('probe-host'));
  t.is(first.length, 200);
  t.is(new Set(first).size, 200);
});

test('an away entry is recovered', (t) => {
  const bench = startedWith([], [['1.1.1.1/32', away('6.6.6.6')]]);
  t.deepEqual(changes(bench), []);
  t.like(bench.xtr.away.get(prefix('1.1.1.1')), { expiresAt_ms: bench.now + 24 * 60 * MINUTE_ms });
});

const removedEid = test.macro({
  exec(t, text: string, entry: LocalEid) {
    t.deepEqual(changes(startedWith([], [[text, entry]])), [`local-eid ${text} deleted`]);
  },
  title: (title = '') => `not kept: ${title}`,
});

test('removed: a host outside the dynamic-EID prefixes', removedEid, '9.9.9.9/32', LOCAL);
test('removed: a host on an interface that is no longer EID-facing', removedEid, '1.1.1.1/32', {
  ...LOCAL,
  ifindex: 3,
});
test('removed: a host without an interface', removedEid, '1.1.1.1/32', { ...LOCAL, ifindex: undefined });
test('removed: a prefix that is no longer configured', removedEid, '8.8.8.0/24', {
  kind: 'local',
  ifindex: undefined,
  dynamic: false,
});
test('removed: a dynamic-EID prefix that is no longer configured', removedEid, '8.8.8.0/24', {
  kind: 'dynamic',
});
test(
  'removed: an away entry in a prefix that is no longer configured',
  removedEid,
  '8.8.8.8/32',
  away('6.6.6.6'),
);

test('EIDs of other families and instance IDs are distinct', (t) => {
  const bench = startedWith([['[7]1.1.1.0/24', via('4.4.4.4'), 10]], []);
  t.is(bench.xtr.mapCache.get(prefix('[7]1.1.1.0/24'))?.via, 'recovered');
  t.is(bench.xtr.mapCache.longestMatch(eid('1.1.1.9'))?.value.via, 'dynamic-EID');
});
