// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { decodeMessage, type MapRequest } from '#wire/index.js';
import { STORY } from '#test/helpers/vectors.js';
import { Bench, configOf, eid, MAP_RESOLVER, prefix, record, request, rloc } from '#test/control/harness.js';

/** xTR4 with 1.1.1.1/32, or the given records, in its map-cache. */
function xtr4(...records: ReturnType<typeof record>[]): Bench {
  const config = configOf(['4.4.4.4'], { databaseMappings: [{ eid: prefix('5.5.5.0/24') }] });
  const bench = new Bench(config).start().acknowledge();
  bench.punt('map-cache-miss', '5.5.5.5', '1.1.1.1');
  return bench
    .reply('2.2.2.2', ...(records.length > 0 ? records : [record('1.1.1.1', ['2.2.2.2'])]))
    .pass(10_000);
}

const INVOKED = (moved: string, source = '5.5.5.5'): string =>
  `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(4.4.4.4 > ${moved}) map-request s ${source} asks ${moved}/32 reply to 4.4.4.4`;

test('9301-6.1-01: an SMR causes a Map-Request through the Mapping System, with the s bit', (t) => {
  const bench = xtr4().smr('2.2.2.2', '1.1.1.1');
  t.deepEqual(bench.sent, [INVOKED('1.1.1.1')]);
  t.deepEqual(bench.events, ['smr-received', 'smr-invoked-map-request-sent']);
  t.is(bench.counters.get('smrInvokedMapRequestsOut'), 1);
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.1'))?.expiresAt_ms, bench.now - 10_000 + 1440 * 60_000);
});

test('an SMR as routers in the field send it: P, S and D, an ITR-RLOC of AFI 0', (t) => {
  const bench = xtr4().ask('2.2.2.2', decodeMessage(STORY.smr) as MapRequest);
  t.deepEqual(bench.sent, [INVOKED('1.1.1.1')]);
  t.is(bench.counters.get('probeMapRequestsIn'), 0, 'S wins over P');
});

test('the solicited EID may be in the record instead', (t) => {
  const asked = { smr: true, itrRlocs: [rloc('2.2.2.2')], records: [prefix('1.1.1.1')] };
  t.deepEqual(xtr4().ask('2.2.2.2', request(asked)).sent, [INVOKED('1.1.1.1', '-')]);
  t.deepEqual(xtr4().ask('2.2.2.2', request({ ...asked, sourceEid: eid('9.9.9.9') })).sent, [
    INVOKED('1.1.1.1', '-'),
  ]);
});

test('an SMR about a whole cached prefix requests that prefix', (t) => {
  const bench = xtr4(record('1.1.1.0/24', ['2.2.2.2']));
  bench.ask('2.2.2.2', request({ smr: true, itrRlocs: [rloc('2.2.2.2')], records: [prefix('1.1.1.0/24')] }));
  t.true(bench.sent[0]?.endsWith('map-request s - asks 1.1.1.0/24 reply to 4.4.4.4'));
});

const notCached = test.macro({
  exec(t, moved: string) {
    const bench = xtr4().smr('2.2.2.2', moved);
    t.deepEqual(bench.sent, []);
    t.deepEqual(bench.events, ['smr-ignored']);
    t.is(bench.counters.get('smrIgnored'), 1);
  },
  title: (title = '') => `9301-6.1-05: ignored: ${title}`,
});

test('ignored: an EID that only a configured entry covers', notCached, '9.9.9.9');
test('ignored: an EID of another instance', notCached, '[7]1.1.1.1');
test('ignored: an EID of ours', notCached, '5.5.5.5');

test('no mapping is learnt from an SMR', (t) => {
  const mapping = record('1.1.1.1', ['66.66.66.66']);
  const bench = xtr4();
  const smr = { smr: true, sourceEid: eid('1.1.1.1'), itrRlocs: [rloc('66.66.66.66')] };
  bench.ask('66.66.66.66', request({ ...smr, records: [prefix('5.5.5.5')], mapping }));
  t.deepEqual(bench.sent, [INVOKED('1.1.1.1')]);
  t.deepEqual(bench.mapCacheTrie.get('1.1.1.1/32'), bench.xtr.mapCache.get(prefix('1.1.1.1'))?.forwarding);
  t.is(bench.lines.filter((line) => line.startsWith('map-cache')).length, 0);
});

test('9301-6.1-04: at most one Map-Request for a prefix in 3 s; the last SMR is not lost', (t) => {
  const bench = xtr4()
    .smr('2.2.2.2', '1.1.1.1')
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.pass(100).smr('2.2.2.2', '1.1.1.1').events, ['smr-received']);
  for (let i = 0; i < 1000; i++) bench.smr(`9.9.${i >> 8}.${i & 255}`, '1.1.1.1');
  t.is(bench.counters.get('smrIgnored'), 1000);
  t.deepEqual(bench.smr('9.9.0.0', '1.1.1.1').events, [], 'one event of a sender in a second');
  t.deepEqual(bench.pass(2899).sent, []);
  t.deepEqual(bench.pass(1).sent, [INVOKED('1.1.1.1')]);
  bench.reply('6.6.6.6', record('1.1.1.1', ['6.6.6.6']));
  t.deepEqual(
    bench.pass(60_000).sent.filter((line) => line.includes('ECM')),
    [],
  );
});

test('a delayed SMR is dropped with its map-cache entry', (t) => {
  const bench = xtr4()
    .smr('2.2.2.2', '1.1.1.1')
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  bench.smr('2.2.2.2', '1.1.1.1');
  bench.clear();
  t.deepEqual(bench.pass(3000).sent, []);
});

test('9301-5.3-05: without that limit, at most one Map-Request a second', (t) => {
  const limits = { ...DEFAULT_XTR_LIMITS, smrInvokedInterval_ms: 0 };
  const bench = new Bench(configOf(['4.4.4.4'], { limits })).start();
  bench
    .punt('map-cache-miss', '5.5.5.5', '1.1.1.1')
    .reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']))
    .pass(1000);
  t.is(bench.smr('2.2.2.2', '1.1.1.1').sent.length, 1);
  bench.reply('2.2.2.2', record('1.1.1.1', ['2.2.2.2']));
  t.deepEqual(bench.smr('2.2.2.2', '1.1.1.1').sent, []);
  t.is(bench.pass(1000).sent.filter((line) => line.includes('map-request s')).length, 1);
});

test('IOS: at most 8 more-specifics of one map-cache entry in 20 s', (t) => {
  const bench = xtr4(record('1.1.1.0/24', ['2.2.2.2']));
  for (let host = 1; host <= 8; host++) t.is(bench.smr('2.2.2.2', `1.1.1.${host}`).sent.length, 1);
  t.deepEqual(bench.smr('2.2.2.2', '1.1.1.9').events, ['smr-ignored']);
  for (let nonce = 2n; nonce <= 9n; nonce++)
    bench.replyTo(nonce, '2.2.2.2', record(`1.1.1.${nonce - 1n}`, ['6.6.6.6']));
  t.deepEqual(bench.pass(19_999).smr('2.2.2.2', '1.1.1.9').events, ['smr-ignored']);
  t.true(bench.pass(1).smr('2.2.2.2', '1.1.1.9').events.includes('smr-received'));
});

test('an SMR during the 30 s after a failure causes no Map-Request', (t) => {
  const bench = xtr4().smr('2.2.2.2', '1.1.1.1').pass(20_000);
  t.deepEqual(bench.smr('2.2.2.2', '1.1.1.1').sent, []);
  t.deepEqual(bench.events, ['smr-ignored']);
});
