// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import type { MapRequest } from '#wire/index.js';
import {
  Bench,
  configOf,
  eid,
  MAP_RESOLVER,
  MAP_SERVER,
  prefix,
  record,
  repeatable,
} from '#test/control/harness.js';
import { innermost } from '#test/control/lines.js';

function xtr4(overrides: Parameters<typeof configOf>[1] = {}, rlocs = ['4.4.4.4']): Bench {
  return new Bench(configOf(rlocs, overrides)).start();
}

function miss(bench: Bench, to = '1.1.1.1', mark = 1): Bench {
  return bench.punt('map-cache-miss', '5.5.5.5', to, { frame: Uint8Array.of(mark) });
}

function requestsOf(bench: Bench): MapRequest[] {
  return bench.effects
    .filter((effect) => effect.type === 'send')
    .map((effect) => innermost(effect.message))
    .filter((message) => message.type === 'map-request');
}

test('9301-5.2-11 9301-5.2-D08 9301-5.3-D01: a Map-Request has one record, the destination as a host prefix', (t) => {
  const [request] = requestsOf(miss(xtr4()));
  t.deepEqual(request?.records, [prefix('1.1.1.1/32')]);
  t.deepEqual(request?.sourceEid, eid('5.5.5.5'));
  t.deepEqual(requestsOf(xtr4().punt('map-cache-miss', '2001:db8::5', '2001:db8::1'))[0]?.records, [
    prefix('2001:db8::1/128'),
  ]);
});

test('9301-5.2-09 9301-5.2-13 9301-5.3-03: a Map-Request has an ITR-RLOC of each family', (t) => {
  const [request] = requestsOf(miss(xtr4({}, ['4.4.4.4', '4.4.4.5', '2001:db8::4'])));
  t.deepEqual(request?.itrRlocs, [parseAddress('4.4.4.4'), parseAddress('2001:db8::4')]);
});

test('9301-5.2-03 9301-5.3-D03: a Map-Request goes to the Map-Resolver, in an ECM, without P', (t) => {
  t.deepEqual(miss(xtr4()).sent, [
    `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(4.4.4.4 > 1.1.1.1) map-request 5.5.5.5 asks 1.1.1.1/32 reply to 4.4.4.4`,
  ]);
});

test('without an RLOC of the family of the EID, the inner source is the EID', (t) => {
  t.deepEqual(xtr4().punt('map-cache-miss', '2001:db8::5', '2001:db8::1').sent, [
    `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(2001:db8::1 > 2001:db8::1) map-request 2001:db8::5 asks 2001:db8::1/128 reply to 4.4.4.4`,
  ]);
});

test('9301-5.8-04: both inner ports are 4342, on which we listen', (t) => {
  const [effect] = miss(xtr4()).effects;
  t.like(effect, { message: { innerSourcePort: 4342, innerDestinationPort: 4342 } });
});

test('9301-5.3-05 9301-5.3-06: ten retransmissions, one a second, then none for 30 s', (t) => {
  const bench = miss(xtr4());
  for (let i = 1; i <= 10; i++) {
    t.deepEqual(bench.pass(999).sent, []);
    t.is(bench.pass(1).sent.length, 1, `retransmission ${i}`);
    miss(bench, '1.1.1.1', i);
    t.deepEqual(bench.sent, [], 'another packet asks nothing');
  }
  bench.pass(1000);
  t.deepEqual(bench.events, ['map-request-expired']);
  t.is(bench.counters.get('mapRequestsExpired'), 1);
  t.like(bench.xtr.sizes(), { heldPackets: 0 });
  bench.pass(28_999);
  t.deepEqual(miss(bench).sent, []);
  t.like(bench.xtr.sizes(), { heldPackets: 0 });
  bench.pass(1);
  t.is(miss(bench).sent.length, 1);
});

test('a Map-Reply during those 30 s is accepted', (t) => {
  const bench = miss(xtr4())
    .pass(15_000)
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.is(bench.xtr.mapCache.size, 2);
  t.is(bench.xtr.sizes().pendingMapRequests, 1);
  t.is(bench.pass(1).xtr.sizes().pendingMapRequests, 0);
});

test('retransmissions go to the Map-Resolvers in turn', (t) => {
  const mapResolvers = ['10.0.0.2', '10.0.0.3'].map(parseAddress);
  const bench = miss(xtr4({ mapResolvers }));
  t.true(bench.sent[0]?.includes('> 10.0.0.2:4342'));
  t.true(bench.pass(1000).sent[0]?.includes('> 10.0.0.3:4342'));
  t.true(bench.pass(1000).sent[0]?.includes('> 10.0.0.2:4342'));
});

test('the next question begins with the Map-Resolver that answered last', (t) => {
  const mapResolvers = ['10.0.0.2', '10.0.0.3', '10.0.0.4'].map(parseAddress);
  const bench = miss(xtr4({ mapResolvers })).pass(1000);
  bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.true(miss(bench, '9.9.9.9').sent[0]?.includes('> 10.0.0.3:4342'));
  t.true(bench.pass(1000).sent[0]?.includes('> 10.0.0.4:4342'));
  t.true(bench.pass(1000).sent[0]?.includes('> 10.0.0.2:4342'));
});

test('9301-5.3-05: an answered EID is requested again after a second, not earlier', (t) => {
  const bench = miss(xtr4())
    .pass(10)
    .reply('2.2.2.2', record('1.1.1.1', [], { ttl_min: 0 }));
  t.like(bench.xtr.sizes(), { heldPackets: 0 });
  t.deepEqual(miss(bench.pass(10), '1.1.1.1', 5).sent, []);
  t.like(bench.xtr.sizes(), { heldPackets: 1 });
  t.deepEqual(bench.pass(979).sent, []);
  t.is(bench.pass(1).sent.length, 1);
  t.true(bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2'])).lines.includes('inject 5'));
});

test('9301-5.3-D02: a Map-Reply without a pending nonce changes nothing', (t) => {
  const bench = miss(xtr4()).replyTo(4711n, '2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.effects, []);
  t.is(bench.counters.get('mapRepliesUnsolicited'), 1);
});

test('a nonce is valid for one Map-Reply', (t) => {
  const bench = miss(xtr4()).reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  bench.reply('6.6.6.6', record('1.1.1.1', ['6.6.6.6']));
  t.deepEqual(bench.effects, []);
  t.is(bench.counters.get('mapRepliesUnsolicited'), 1);
});

test('9301-5.4-02: a probe reply does not answer a Map-Request', (t) => {
  const bench = miss(xtr4());
  const reply = { type: 'map-reply', echoNonce: false, security: undefined, nonce: bench.lastNonce } as const;
  const records = [record('1.1.1.1', ['2.2.2.2'], { authoritative: false })];
  bench.message(bench.received('2.2.2.2'), { ...reply, probe: true, records });
  t.deepEqual(bench.effects, []);
  t.is(bench.counters.get('mapRepliesUnsolicited'), 1);
});

test('a Map-Reply for another prefix is rejected, and the Map-Request stays pending', (t) => {
  const bench = miss(xtr4()).reply('2.2.2.2', record('9.9.9.0/24', ['2.2.2.2']));
  t.deepEqual(bench.events, ['message-rejected']);
  t.is(bench.counters.get('mapRepliesRejected'), 1);
  t.is(bench.xtr.mapCache.size, 1);
  t.true(bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2'])).lines.includes('inject 1'));
});

test('records outside the answering prefix are not learnt', (t) => {
  const bench = miss(xtr4()).reply(
    '2.2.2.2',
    record('1.1.1.0/24', ['2.2.2.2']),
    record('9.9.9.0/24', ['2.2.2.2']),
    record('[7]1.1.1.0/24', ['2.2.2.2']),
  );
  t.deepEqual([...bench.mapCacheTrie.keys()], ['0.0.0.0/0', '1.1.1.0/24']);
});

test('one Map-Reply answers all pending Map-Requests inside its prefix', (t) => {
  const bench = xtr4();
  miss(bench, '1.1.1.1', 1);
  miss(bench, '1.1.1.2', 2);
  miss(bench, '9.9.9.9', 3);
  miss(bench, '1.1.1.1', 4);
  bench.replyTo(1n, '2.2.2.2', record('1.1.1.0/24', ['2.2.2.2']));
  t.true(bench.lines.includes('inject 1 4 2'));
  t.like(bench.xtr.sizes(), { heldPackets: 1 });
  t.is(bench.pass(1000).sent.length, 1);
});

test('a Map-Request that a configured entry hides from the answer stays pending', (t) => {
  const staticMappings = ['0.0.0.0/0', '1.1.1.0/24'].map((text) => ({
    eid: prefix(text),
    forwarding: { action: 'send-map-request' as const },
  }));
  const bench = xtr4({ staticMappings });
  miss(bench, '1.1.2.1', 1);
  miss(bench, '1.1.1.2', 2);
  bench.replyTo(1n, '2.2.2.2', record('1.1.0.0/16', ['2.2.2.2']));
  t.true(bench.lines.includes('inject 1'));
  t.like(bench.xtr.sizes(), { heldPackets: 1 });
  bench.replyTo(2n, '6.6.6.6', record('1.1.1.2', ['6.6.6.6']));
  t.true(bench.lines.includes('inject 2'));
});

test('two pending Map-Requests never have the same nonce', (t) => {
  const nonces = [5n, 5n, 5n, 6n];
  const random = { nonce: () => nonces.shift() ?? 9n, fraction: () => 0 };
  const bench = new Bench(configOf(['4.4.4.4']), random).start();
  miss(bench, '1.1.1.1');
  miss(bench, '1.1.1.2');
  t.is(bench.lastNonce, 6n);
});

test('at the limit no Map-Request is sent, which is reported once', (t) => {
  const bench = xtr4({ limits: { ...DEFAULT_XTR_LIMITS, pendingMapRequests: 2 } });
  miss(bench, '1.1.1.1');
  miss(bench, '1.1.1.2');
  t.deepEqual(miss(bench, '1.1.1.3').events, ['table-full']);
  t.deepEqual(miss(bench, '1.1.1.4').effects, []);
  t.is(bench.counters.get('pendingMapRequestsFull'), 2);
  t.is(bench.counters.get('packetsHeldDropped'), 2);
});

test('without a Map-Resolver packets are dropped', (t) => {
  const bench = miss(xtr4({ mapResolvers: [] }));
  t.deepEqual(bench.effects, []);
  t.is(bench.counters.get('packetsHeldDropped'), 1);
});

test('no Map-Request is sent for destinations that are not unicast hosts', (t) => {
  t.deepEqual(miss(xtr4(), '224.0.0.1').effects, []);
});

// Lookups of lig.

const KEPT = `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER} 2.2.2.2`;

/** The line of the Map-Request for a lookup of 1.1.1.1. */
function asked(resolver: string): string {
  return `4.4.4.4 > ${resolver}:4342 ECM(4.4.4.4 > 1.1.1.1) map-request - asks 1.1.1.1/32 reply to 4.4.4.4`;
}

test('lig reports the answer, its source and its round-trip time', (t) => {
  const bench = xtr4()
    .lookup(1, '1.1.1.1')
    .pass(7)
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.lines, [
    'map-cache 1.1.1.1/32 -> 2.2.2.2',
    'lookup 1 reply from 2.2.2.2, 1 attempts, 7 ms',
    KEPT,
  ]);
});

test('lig asks the given Map-Resolver', (t) => {
  t.deepEqual(xtr4().lookup(1, '1.1.1.1', '10.9.9.9').lines, [asked('10.9.9.9')]);
});

test('lig times out after three attempts', (t) => {
  const bench = xtr4().lookup(1, '1.1.1.1').pass(2999);
  t.deepEqual(bench.lines, [asked(MAP_RESOLVER), asked(MAP_RESOLVER)], 'the first one went before');
  t.deepEqual(bench.pass(1).lines, ['lookup 1 timeout, 3 attempts, 1000 ms']);
  t.deepEqual(bench.pass(60_000).sent, []);
});

test('a queued packet continues the Map-Request of lig, at the configured Map-Resolver', (t) => {
  const bench = miss(xtr4().lookup(1, '1.1.1.1', '10.9.9.9')).pass(3000);
  const again = asked(MAP_RESOLVER);
  t.deepEqual(bench.lines, [again, again, 'lookup 1 timeout, 3 attempts, 1000 ms', again]);
});

test('lig joins a pending Map-Request', (t) => {
  const bench = miss(xtr4()).lookup(1, '1.1.1.1');
  t.deepEqual(bench.sent, []);
  bench.pass(3).reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.lines, [
    'map-cache 1.1.1.1/32 -> 2.2.2.2',
    'lookup 1 reply from 2.2.2.2, 1 attempts, 3 ms',
    'inject 1',
    KEPT,
  ]);
});

test('lig has the rate limit of all Map-Requests', (t) => {
  const bench = xtr4()
    .lookup(1, '1.1.1.1')
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.lookup(2, '1.1.1.1').lines, ['lookup 2 limited, 0 attempts, 0 ms']);
  t.is(bench.pass(1000).lookup(3, '1.1.1.1').sent.length, 1);
});

test('lig for a local EID sends a Map-Request and does not learn the mapping', (t) => {
  const bench = xtr4({ databaseMappings: [{ eid: prefix('5.5.5.0/24') }] });
  bench.lookup(1, '5.5.5.5').reply('4.4.4.4', record('5.5.5.0/24', ['4.4.4.4']));
  t.deepEqual(bench.lines, ['lookup 1 reply from 4.4.4.4, 1 attempts, 0 ms']);
  t.is(bench.xtr.mapCache.size, 1);
});

test('lig without a Map-Resolver times out', (t) => {
  t.deepEqual(xtr4({ mapResolvers: [] }).lookup(1, '1.1.1.1').lines, ['lookup 1 timeout, 0 attempts, 0 ms']);
});

test('the number of lookups that wait for one answer is limited', (t) => {
  const bench = xtr4();
  for (let token = 1; token <= 16; token++) bench.lookup(token, '1.1.1.1');
  t.deepEqual(bench.lookup(17, '1.1.1.1').lines, ['lookup 17 limited, 0 attempts, 0 ms']);
});

test('equal inputs and equal random numbers give equal effects', (t) => {
  const run = (): string[] => {
    const bench = new Bench(configOf(['4.4.4.4']), repeatable(0.5)).start();
    return miss(bench).pass(5000).lines;
  };
  t.deepEqual(run(), run());
});
