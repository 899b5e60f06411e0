// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress, parseAddress } from '#addr/index.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import {
  Bench,
  configOf,
  dynamic,
  eid,
  OTHER_EID_PORT,
  prefix,
  record,
  RLOC_PORT,
} from '#test/control/harness.js';

const HOUR_ms = 3_600_000;

function xtr2(overrides: Parameters<typeof configOf>[1] = {}): Bench {
  const dynamicEids = [dynamic('1.1.1.0/24'), dynamic('2001:db8:1::/64'), dynamic('[7]1.1.1.0/24')];
  return new Bench(configOf(['2.2.2.2'], { dynamicEids, ...overrides })).start();
}

for (const discovery of ['ARP/ND', 'Local Address', 'Packet Reception'] as const)
  test(`learnt from: ${discovery}`, (t) => {
    const bench = xtr2().sight('1.1.1.1', 7, discovery);
    t.deepEqual(bench.lines.slice(0, 2), ['local-eid 1.1.1.1/32 local on 7', 'host-route-add 1.1.1.1 7']);
    t.like(bench.xtr.dynamicEids.get(prefix('1.1.1.1')), { discovery, ifindex: 7, createdAt_ms: bench.now });
    t.like(bench.xtr.database.get(prefix('1.1.1.1')), { dynamicEid: { name: '1.1.1.0/24' } });
  });

test('IPv6 hosts are learnt, too', (t) => {
  t.true(xtr2().sight('2001:db8:1::9').lines.includes('local-eid 2001:db8:1::9/128 local on 7'));
});

const ignored = test.macro({
  exec(t, host: string, ifindex: number) {
    const bench = xtr2({ databaseMappings: [{ eid: prefix('1.1.1.128/25') }] });
    t.deepEqual(bench.sight(host, ifindex).effects, []);
  },
  title: (title = '') => `not learnt: ${title}`,
});

test('not learnt: outside the dynamic-EID prefixes', ignored, '9.9.9.9', 7);
test('not learnt: on an interface that is not EID-facing', ignored, '1.1.1.1', RLOC_PORT);
test('not learnt: in another instance than that of the interface', ignored, '[7]1.1.1.1', 7);
test('not learnt: the network address', ignored, '1.1.1.0', 7);
test('not learnt: the broadcast address', ignored, '1.1.1.255', 7);
test('not learnt: the Subnet-Router anycast address', ignored, '2001:db8:1::', 7);
for (const [dynamicPrefix, hosts] of [
  ['1.1.2.0/30', ['1.1.2.1', '1.1.2.2']], // RFC 1122 section 3.2.1.3
  ['1.1.2.0/31', ['1.1.2.0', '1.1.2.1']], // RFC 3021
  ['1.1.2.3/32', ['1.1.2.3']],
  ['2001:db8:2::/126', ['2001:db8:2::1', '2001:db8:2::2', '2001:db8:2::3']], // RFC 4291 section 2.6.1
  ['2001:db8:2::/127', ['2001:db8:2::', '2001:db8:2::1']], // RFC 6164
] as const)
  test(`hosts of ${dynamicPrefix}: ${hosts.join(', ')}`, (t) => {
    const bench = new Bench(configOf(['2.2.2.2'], { dynamicEids: [dynamic(dynamicPrefix)] })).start();
    const base = dynamicPrefix.includes(':') ? '2001:db8:2::' : '1.1.2.';
    for (let i = 0; i < 4; i++) bench.sight(`${base}${i}`);
    const learnt = [...bench.xtr.dynamicEids.entries()].map(({ eid: host }) =>
      formatAddress(host.prefix.address),
    );
    t.deepEqual(learnt, [...hosts]);
  });

test('not learnt: in a configured mapping inside the prefix', ignored, '1.1.1.200', 7);

test('not learnt: link-local, multicast, loopback, our RLOC', (t) => {
  const dynamicEids = ['0.0.0.0/0', '::/0'].map(dynamic);
  const bench = new Bench(configOf(['2.2.2.2'], { dynamicEids, staticMappings: [] })).start();
  for (const host of ['169.254.1.1', 'fe80::1', '224.0.0.1', 'ff02::1', '127.0.0.1', '::1', '::', '2.2.2.2'])
    t.deepEqual(bench.sight(host).effects, [], host);
});

test('the EID-facing interfaces can change', (t) => {
  const bench = xtr2().sight('1.1.1.1');
  bench.input({ type: 'eid-interfaces', interfaces: [{ name: 'eid0', ifindex: 77, instanceId: 0 }] });
  t.deepEqual(bench.sight('1.1.1.2').effects, []);
  t.deepEqual(bench.sight('1.1.1.1', 77).lines.slice(0, 3), [
    'host-route-delete 1.1.1.1 7',
    'local-eid 1.1.1.1/32 local on 77',
    'host-route-add 1.1.1.1 77',
  ]);
  t.like(bench.xtr.dynamicEids.get(prefix('1.1.1.1')), { ifindex: 77 });
});

test('the source of an encapsulated packet is never learnt', (t) => {
  const bench = xtr2();
  bench.punt('stale', '1.1.1.1', '1.1.1.2', { outerSource: parseAddress('6.6.6.6') });
  bench.punt('eid-detected', '1.1.1.1', '1.1.1.2', { outerSource: parseAddress('6.6.6.6') });
  t.is(bench.xtr.dynamicEids.size, 0);
});

test('a host that is seen again only updates its last activity', (t) => {
  const bench = xtr2().sight('1.1.1.1').pass(1000).sight('1.1.1.1');
  t.deepEqual(bench.effects, []);
  t.like(bench.xtr.dynamicEids.get(prefix('1.1.1.1')), { lastActivity_ms: bench.now });
});

test('a host seen on another interface moves to it', (t) => {
  const bench = xtr2().sight('1.1.1.1').sight('1.1.1.1', OTHER_EID_PORT);
  t.deepEqual(bench.lines, [
    'host-route-delete 1.1.1.1 7',
    'local-eid 1.1.1.1/32 local on 8',
    'host-route-add 1.1.1.1 8',
  ]);
  t.deepEqual(bench.events, ['eid-learnt']);
});

test('a host seen on an interface that is not EID-facing does not move', (t) => {
  t.deepEqual(xtr2().sight('1.1.1.1').sight('1.1.1.1', RLOC_PORT).effects, []);
});

test('a host is probed a minute before its timeout', (t) => {
  const bench = xtr2({ mapServers: [] }).sight('1.1.1.1');
  t.deepEqual(bench.pass(24 * HOUR_ms - 60_000).lines, ['probe-host 1.1.1.1 7']);
  bench.sight('1.1.1.1'); // it answers
  t.deepEqual(bench.pass(24 * HOUR_ms - 60_001).effects, []);
});

test('a host is deleted after a day without activity', (t) => {
  const bench = xtr2({ mapServers: [] })
    .sight('1.1.1.1')
    .pass(23 * HOUR_ms)
    .sight('1.1.1.1');
  t.deepEqual(bench.pass(24 * HOUR_ms - 1).lines, ['probe-host 1.1.1.1 7']);
  bench.pass(1);
  t.deepEqual(bench.lines, ['local-eid 1.1.1.1/32 deleted', 'host-route-delete 1.1.1.1 7']);
  t.deepEqual(bench.events, ['eid-forgotten']);
  t.like(bench.xtr.sizes(), { database: 0, away: 0 });
});

test('a removed local address is deleted', (t) => {
  const bench = xtr2().sight('1.1.1.1', 7, 'Local Address').acknowledge().lose('1.1.1.1');
  t.deepEqual(bench.lines.slice(0, 2), ['local-eid 1.1.1.1/32 deleted', 'host-route-delete 1.1.1.1 7']);
  t.deepEqual(bench.events, ['eid-forgotten', 'withdraw-sent']);
});

test('an existing local address is kept without probes', (t) => {
  const bench = xtr2({ mapServers: [] }).sight('1.1.1.1', 7, 'Local Address');
  bench.sight('1.1.1.2').pass(HOUR_ms).sight('1.1.1.2', 7, 'Local Address');
  t.deepEqual(bench.pass(48 * HOUR_ms).effects, []);
  t.is(bench.xtr.dynamicEids.size, 2);
  t.deepEqual(bench.lose('1.1.1.1').events, ['eid-forgotten']);
});

test('a neighbour that fails is kept, since hosts may be silent', (t) => {
  t.deepEqual(xtr2().sight('1.1.1.1').lose('1.1.1.1', 7, 'ARP/ND').effects, []);
});

test('a removed local address of another interface deletes nothing', (t) => {
  t.deepEqual(xtr2().sight('1.1.1.1').lose('1.1.1.1', OTHER_EID_PORT).effects, []);
});

test('the loss of an unknown host changes nothing', (t) => {
  t.deepEqual(xtr2().lose('1.1.1.1').effects, []);
});

test('a full table learns nothing more, which is reported once', (t) => {
  const bench = xtr2({ limits: { ...DEFAULT_XTR_LIMITS, dynamicEids: 1 } }).sight('1.1.1.1');
  t.deepEqual(bench.sight('1.1.1.2').events, ['table-full']);
  t.deepEqual(bench.sight('1.1.1.3').effects, []);
  t.is(bench.counters.get('dynamicEidsFull'), 2);
  t.not(bench.lose('1.1.1.1').sight('1.1.1.2').effects.length, 0);
});

const MINUTE_ms = 60_000;

/** An xTR with a table of that size, and no Map-Server whose deadlines would interfere. */
function narrow(dynamicEids: number): Bench {
  return xtr2({ mapServers: [], limits: { ...DEFAULT_XTR_LIMITS, dynamicEids } });
}

test('while hosts are refused, hosts that do not answer are evicted', (t) => {
  const bench = narrow(2).sight('1.1.1.1').sight('1.1.1.2').pass(MINUTE_ms).sight('1.1.1.3');
  t.deepEqual(bench.events, ['table-full']);
  t.deepEqual(bench.pass(100).lines, ['probe-host 1.1.1.1 7', 'probe-host 1.1.1.2 7']);
  t.deepEqual(bench.sight('1.1.1.2').effects, [], 'it answers, and is no other than before');
  bench.pass(10_000);
  t.deepEqual(bench.lines, [
    ...['probe-host 1.1.1.1 7', 'probe-host 1.1.1.1 7'],
    ...['local-eid 1.1.1.1/32 deleted', 'host-route-delete 1.1.1.1 7'],
  ]);
  t.deepEqual(bench.events, ['eid-forgotten']);
  t.true(bench.sight('1.1.1.3').events.includes('eid-learnt'));
});

test('recently seen hosts and addresses of the router are not probed for eviction', (t) => {
  const bench = narrow(2).sight('1.1.1.1', 7, 'Local Address').pass(MINUTE_ms).sight('1.1.1.2');
  t.deepEqual(bench.pass(MINUTE_ms - 1).sight('1.1.1.3').events, ['table-full']);
  t.deepEqual(bench.pass(MINUTE_ms).effects, []);
});

test('an address of the router that was first detected as a host is not probed for eviction', (t) => {
  const bench = narrow(1).sight('1.1.1.1', 7, 'Packet Reception').sight('1.1.1.1', 7, 'Local Address');
  t.deepEqual(bench.pass(MINUTE_ms).sight('1.1.1.2').events, ['table-full']);
  t.deepEqual(bench.pass(MINUTE_ms).effects, []);
});

test('a full table is scanned in steps, no matter how many hosts are refused', (t) => {
  const bench = narrow(250);
  for (let host = 0; host < 250; host++) bench.sight(`2001:db8:1::1:${host.toString(16)}`);
  bench.pass(MINUTE_ms);
  const all = new Set<string>();
  const asked = (): number => {
    for (let host = 1; host < 100; host++) bench.sight(`1.1.1.${host}`);
    for (const line of bench.pass(1_000).lines) if (line.startsWith('probe-host')) all.add(line);
    return all.size;
  };
  t.deepEqual([asked(), asked(), asked()], [100, 200, 250]);
  bench.pass(10_000);
  t.is(bench.xtr.dynamicEids.size, 0);
});

test('a host that moved back is local again', (t) => {
  const bench = xtr2().sight('1.1.1.1').acknowledge().pass(5000);
  bench.notify(1n, [record('1.1.1.1', ['6.6.6.6'])]).acknowledge();
  bench.punt('stale', '5.5.5.5', '1.1.1.1', { outerSource: parseAddress('4.4.4.4') });
  bench.pass(100).sight('1.1.1.1');
  t.deepEqual(bench.lines.slice(0, 2), ['local-eid 1.1.1.1/32 local on 7', 'host-route-add 1.1.1.1 7']);
  t.like(bench.xtr.sizes(), { away: 0, database: 1 });
  t.is(bench.xtr.smr.size, 0);
});

test('dynamicPrefixOf returns the dynamic-EID prefix in which an EID would be learnt', (t) => {
  const bench = xtr2({ databaseMappings: [{ eid: prefix('1.1.1.128/25') }] });
  t.is(bench.xtr.dynamicPrefixOf(eid('1.1.1.1'))?.name, '1.1.1.0/24');
  t.is(bench.xtr.dynamicPrefixOf(eid('1.1.1.200')), undefined);
  t.is(bench.xtr.dynamicPrefixOf(eid('9.9.9.9')), undefined);
});

test('this node owns configured and learnt EIDs, not EIDs that might be learnt', (t) => {
  const bench = xtr2({ databaseMappings: [{ eid: prefix('1.1.0.0/16') }] }).sight('1.1.1.1');
  const owns = ['1.1.2.0/24', '1.1.1.1', '1.1.1.2', '1.1.1.0/24', '9.9.9.9'].map((text) =>
    bench.xtr.ownsEid(prefix(text)),
  );
  t.deepEqual(owns, [true, true, false, false, false]);
});
