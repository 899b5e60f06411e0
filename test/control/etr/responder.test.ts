// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { REPLY_BURST_s } from '#control/kit/reply-limit.js';
import { encodeMessage, type MapReply, type MapRequest } from '#wire/index.js';
import { Bench, configOf, dynamic, eid, prefix, record, request, rloc } from '#test/control/harness.js';

type Overrides = Parameters<typeof configOf>[1];

function etr(eids: readonly string[], overrides: Overrides = {}, rlocs = ['2.2.2.2']): Bench {
  const databaseMappings = eids.map((text) => ({ eid: prefix(text) }));
  return new Bench(configOf(rlocs, { databaseMappings, ...overrides })).start();
}

function asking(...eids: string[]): MapRequest {
  return request({ itrRlocs: [rloc('4.4.4.4')], records: eids.map(prefix), nonce: 4711n });
}

function replyOf(bench: Bench): MapReply | undefined {
  for (const effect of bench.effects)
    if (effect.type === 'send' && effect.message.type === 'map-reply') return effect.message;
  return undefined;
}

const BURST = DEFAULT_XTR_LIMITS.mapRepliesPerRloc_pps * REPLY_BURST_s;

test('9301-5.4-D01 9301-5.5-D01: a reply echoes the nonce and goes to the ITR-RLOC at the source port of the request', (t) => {
  const bench = etr(['1.1.1.0/24']).ask('10.0.0.1', asking('1.1.1.1'), 5555);
  t.deepEqual(bench.sent, ['2.2.2.2 > 4.4.4.4:5555 map-reply 1.1.1.0/24=2.2.2.2']);
  t.like(replyOf(bench), { nonce: 4711n, probe: false, echoNonce: false });
  t.like(replyOf(bench)?.records[0], { authoritative: true, ttl_min: 1440 });
  t.like(replyOf(bench)?.records[0]?.locators[0], { local: true, reachable: true, probed: false });
});

test('9301-5.8-D02: a request in an ECM is answered to its inner source port', (t) => {
  const bench = etr(['1.1.1.0/24']).forward(asking('1.1.1.1'), 6666);
  t.deepEqual(bench.sent, ['2.2.2.2 > 4.4.4.4:6666 map-reply 1.1.1.0/24=2.2.2.2']);
  t.is(bench.counters.get('encapsulatedMapRequestsIn'), 1);
});

test('9301-5.5-D01: a reply goes to the first ITR-RLOC of a family that we have', (t) => {
  const itrRlocs = [undefined, rloc('2001:db8::4'), rloc('224.0.0.1'), rloc('4.4.4.4')];
  const message = { ...asking('1.1.1.1'), itrRlocs };
  t.true(etr(['1.1.1.0/24']).forward(message).sent[0]?.startsWith('2.2.2.2 > 4.4.4.4:'));
  const both = etr(['1.1.1.0/24'], {}, ['2.2.2.2', '2001:db8::2']);
  t.true(both.forward(message).sent[0]?.startsWith('2001:db8::2 > 2001:db8::4:'));
});

test('the source of a reply is the RLOC that was asked, if it is ours', (t) => {
  const bench = etr(['1.1.1.0/24'], {}, ['2.2.2.2', '2.2.2.3']);
  const received = { ...bench.received('4.4.4.4'), to: rloc('2.2.2.3') };
  bench.askAt(received, asking('1.1.1.1'));
  t.true(bench.sent[0]?.startsWith('2.2.2.3 > 4.4.4.4:'));
});

test('9301-5.2-02 9301-5.4-01 9301-5.4-D07 9301-7.1-02: the reply to a probe has P, A, and p on the probed locator', (t) => {
  const bench = etr(['1.1.1.0/24'], {}, ['2.2.2.2', '2.2.2.3']);
  const received = { ...bench.received('4.4.4.4'), to: rloc('2.2.2.3') };
  const probe = { ...asking('1.1.1.0/24'), probe: true };
  bench.askAt(received, probe);
  t.deepEqual(bench.sent, ['2.2.2.3 > 4.4.4.4:4342 map-reply P 1.1.1.0/24=2.2.2.2+2.2.2.3(p)']);
  t.deepEqual(
    replyOf(bench)?.records.map(({ authoritative }) => authoritative),
    [true],
  );
  t.is(bench.counters.get('probeMapRequestsIn'), 1);
});

test('9301-5.5-05: locators are in ascending order, IPv4 before IPv6', (t) => {
  const bench = etr(['1.1.1.0/24'], {}, ['2001:db8::2', '9.9.9.9', '2.2.2.2']).forward(asking('1.1.1.1'));
  t.true(bench.sent[0]?.endsWith('1.1.1.0/24=2.2.2.2+9.9.9.9+2001:db8::2'));
});

const OVERLAPPING = ['2001:db8::/32', '2001:db8:1::/48', '2001:db8:1:1::/64', '2001:db8:1:2::/64'];

test('9301-5.5-02: only the best match if it has no more-specifics', (t) => {
  const bench = etr(OVERLAPPING).forward(asking('2001:db8:1:1::1'));
  t.true(bench.sent[0]?.endsWith('map-reply 2001:db8:1:1::/64=2.2.2.2'));
});

test('9301-5.5-02 9301-5.5-03 9301-5.5-D03: the best match and its more-specifics, with one TTL', (t) => {
  const bench = etr(OVERLAPPING).forward(asking('2001:db8:1:5::5'));
  t.true(
    bench.sent[0]?.endsWith(
      'map-reply 2001:db8:1::/48=2.2.2.2, 2001:db8:1:1::/64=2.2.2.2, 2001:db8:1:2::/64=2.2.2.2',
    ),
  );
  t.deepEqual(new Set(replyOf(bench)?.records.map(({ ttl_min }) => ttl_min)).size, 1);
});

test('9301-5-02: if the more-specifics do not fit, the answer covers only the host', (t) => {
  const bench = etr(['10.0.0.0/8', ...Array.from({ length: 99 }, (_, i) => `10.0.${i}.0/24`)]);
  bench.forward(asking('10.9.9.9'));
  t.deepEqual(bench.sent, ['2.2.2.2 > 4.4.4.4:4342 map-reply 10.9.9.9/32=2.2.2.2']);
});

test('a prefix whose hosts may be behind other routers is not claimed as a whole', (t) => {
  const bench = etr(['1.1.0.0/16'], { dynamicEids: [dynamic('1.1.1.0/24')] }).forward(asking('1.1.9.9'));
  t.true(bench.sent[0]?.endsWith('map-reply 1.1.9.9/32=2.2.2.2'));
});

test('9301-5.2-10: several records are answered in one Map-Reply', (t) => {
  const bench = etr(['1.1.1.0/24', '1.1.2.0/24']).forward(asking('1.1.1.1', '9.9.9.9', '1.1.2.1', '1.1.1.2'));
  t.deepEqual(bench.sent, ['2.2.2.2 > 4.4.4.4:4342 map-reply 1.1.1.0/24=2.2.2.2, 1.1.2.0/24=2.2.2.2']);
  t.true(encodeMessage(replyOf(bench)!).length < 548);
});

const unanswered = test.macro({
  exec(t, message: MapRequest, port?: number) {
    const bench = etr(['5.5.5.0/24'], { dynamicEids: [dynamic('1.1.1.0/24')] })
      .sight('1.1.1.1')
      .pass(5000);
    bench.notify(1n, [record('1.1.1.1', ['6.6.6.6'])]);
    t.deepEqual(bench.ask('10.0.0.1', message, port).effects, []);
    t.is(bench.counters.get('mapRequestsDropped'), message.dontMapReply ? 0 : 1);
  },
  title: (title = '') => `no answer: ${title}`,
});

test('9301-5.2-D05: unanswered: a request with the D bit', unanswered, {
  ...asking('5.5.5.5'),
  dontMapReply: true,
});
test('9301-5.3-04: unanswered: a request without an ITR-RLOC', unanswered, {
  ...asking('5.5.5.5'),
  itrRlocs: [undefined],
});
test('unanswered: an ITR-RLOC of a family that we do not have', unanswered, {
  ...asking('5.5.5.5'),
  itrRlocs: [rloc('2001:db8::4')],
});
test('unanswered: an EID that is not ours', unanswered, asking('9.9.9.9'));
test('unanswered: the same EID in another instance', unanswered, asking('[7]5.5.5.5'));
test('unanswered: a host of a dynamic-EID prefix that is not local', unanswered, asking('1.1.1.2'));
test('unanswered: a host that is away', unanswered, asking('1.1.1.1'));
test('unanswered: the dynamic-EID prefix itself', unanswered, asking('1.1.1.0/24'));
test('unanswered: a prefix that covers more than ours', unanswered, asking('5.5.0.0/16'));
test('9301-5.8-04: unanswered: a request from port 4341', unanswered, asking('5.5.5.5'), 4341);
test('unanswered: a request from port 0', unanswered, asking('5.5.5.5'), 0);

test('9301-5.2-04 9301-5.8-06: probes and SMRs in an ECM are ignored', (t) => {
  const bench = etr(['5.5.5.0/24']);
  t.deepEqual(bench.forward({ ...asking('5.5.5.5'), probe: true }).effects, []);
  t.deepEqual(bench.forward({ ...asking('5.5.5.5'), smr: true, sourceEid: eid('1.1.1.1') }).effects, []);
  t.is(bench.counters.get('unexpectedMessages'), 2);
});

test('9301-5.4-19 9301-5.4-20: the same question from an RLOC is answered once in 3 s', (t) => {
  const bench = etr(['5.5.5.0/24', '5.5.6.0/24']).forward(asking('5.5.5.5'));
  t.deepEqual(bench.forward(asking('5.5.5.6')).sent, []);
  t.is(bench.counters.get('mapRepliesRateLimited'), 1);
  t.is(bench.forward(asking('5.5.6.1')).sent.length, 1, 'another prefix');
  t.is(bench.forward({ ...asking('5.5.5.5'), itrRlocs: [rloc('7.7.7.7')] }).sent.length, 1, 'another RLOC');
  t.is(bench.forward({ ...asking('5.5.5.5'), nonce: 9n }).sent.length, 1, 'another nonce');
  t.deepEqual(bench.pass(2999).forward(asking('5.5.5.5')).sent, []);
  t.is(bench.pass(1).forward(asking('5.5.5.5')).sent.length, 1);
});

test('9301-5.4-19: Map-Replies to one RLOC have a limit, which other nodes that name it cannot use up', (t) => {
  const bench = etr(['5.5.5.0/24']);
  let nonce = 0n;
  const answered = (ask: (message: MapRequest) => Bench): number =>
    Array.from({ length: 500 }, () => ask({ ...asking('5.5.5.5'), nonce: (nonce += 1n) }).sent.length).reduce(
      (sum, count) => sum + count,
    );
  t.is(
    answered((message) => bench.ask('10.6.6.6', message)),
    BURST,
    'plain, from a stranger',
  );
  t.is(
    answered((message) => bench.forward(message)),
    BURST,
    'through the mapping system',
  );
  t.is(
    answered((message) => bench.ask('4.4.4.4', message)),
    BURST,
    'from the ITR itself',
  );
  bench.pass(1000);
  t.is(
    answered((message) => bench.forward(message)),
    DEFAULT_XTR_LIMITS.mapRepliesPerRloc_pps,
    'a second later',
  );
});

test('9301-7-02: probes have a limit of their own', (t) => {
  const bench = etr(['5.5.5.0/24']).forward(asking('5.5.5.5'));
  const probe = { ...asking('5.5.5.0/24'), probe: true };
  t.is(bench.ask('4.4.4.4', probe).sent.length, 1);
  t.is(bench.ask('4.4.4.4', probe).sent.length, 0);
});

test('an interval of 0 disables the limit', (t) => {
  const bench = etr(['5.5.5.0/24'], { limits: { ...DEFAULT_XTR_LIMITS, mapReplyInterval_ms: 0 } });
  for (let i = 0; i < 5; i++) t.is(bench.forward(asking('5.5.5.5')).sent.length, 1);
});

test('the rate to one RLOC is configurable', (t) => {
  const limits = { ...DEFAULT_XTR_LIMITS, mapReplyInterval_ms: 0, mapRepliesPerRloc_pps: 4 };
  const bench = etr(['5.5.5.0/24'], { limits });
  const answered = Array.from({ length: 10 }, () => bench.forward(asking('5.5.5.5')).sent.length);
  t.deepEqual(answered, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
});

test('a piggybacked mapping is not learnt', (t) => {
  const mapping = record('9.9.9.9', ['6.6.6.6']);
  const bench = etr(['5.5.5.0/24']).forward({ ...asking('5.5.5.5'), sourceEid: eid('9.9.9.9'), mapping });
  t.is(bench.xtr.mapCache.size, 1);
});
