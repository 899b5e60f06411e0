// SPDX-License-Identifier: Apache-2.0
// Floods. Every table and queue has a limit, and so has the rate of messages to one address. Legitimate hosts
// are still served.
import test from 'ava';
import { type Address, parseAddress } from '#addr/index.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import type { Punt } from '#control/contract/inputs.js';
import { EXPIRE_BATCH } from '#control/contract/machine.js';
import { REPLY_BURST_s } from '#control/kit/reply-limit.js';
import { SMR_UNKNOWN_PAIRS } from '#control/mobility/smr-pairs.js';
import { Bench, configOf, dynamic, prefix, record, request, rloc } from './harness.js';

const FLOOD = 100_000;

function address(first: number, i: number): { family: 4; bits: bigint } {
  return { family: 4, bits: (BigInt(first) << 24n) | BigInt(i + 1) };
}

function flood(bench: Bench, count: number, punt: (i: number) => Partial<Punt>): void {
  const batch = 64;
  for (let i = 0; i < count; i += batch) {
    const punts = Array.from({ length: batch }, (_, k) =>
      bench.puntOf('map-cache-miss', '5.5.5.5', '1.1.1.1', punt(i + k)),
    );
    bench.flood({ type: 'punts', punts });
  }
}

/** Number of trie deletions of the last input. */
function deletes(bench: Bench): number {
  return bench.effects.filter(({ type }) => type === 'map-cache-delete').length;
}

test('a hundred thousand unknown destinations', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'])).start();
  flood(bench, FLOOD, (i) => ({ destinationEid: address(9, i) }));
  const { pendingMapRequests, heldPackets } = bench.xtr.sizes();
  t.is(pendingMapRequests, DEFAULT_XTR_LIMITS.pendingMapRequests);
  t.is(heldPackets, DEFAULT_XTR_LIMITS.heldPackets);
  const { counters } = bench;
  t.is(counters.get('packetsHeld'), counters.get('puntsIn'));
  t.is(counters.get('packetsHeldDropped') + heldPackets, counters.get('packetsHeld'));
  t.true(counters.get('pendingMapRequestsFull') > 0);
  bench.now += 1000;
  const { length } = bench.expire().sent;
  t.true(length > 0 && length <= EXPIRE_BATCH, `work is cut in slices: ${length} Map-Requests in the first`);
});

test('a hundred thousand hosts in a dynamic-EID prefix', (t) => {
  const dynamicEids = [dynamic('9.0.0.0/8')];
  const bench = new Bench(configOf(['4.4.4.4'], { dynamicEids, mapServers: [] })).start();
  flood(bench, FLOOD, (i) => ({ reason: 'eid-detected', sourceEid: address(9, i) }));
  t.is(bench.xtr.dynamicEids.size, DEFAULT_XTR_LIMITS.dynamicEids);
  t.is(bench.xtr.database.size, DEFAULT_XTR_LIMITS.dynamicEids);
  t.true(bench.counters.get('dynamicEidsFull') > 0);
});

test('stale packets with a hundred thousand outer sources', (t) => {
  const bench = new Bench(configOf(['2.2.2.2'], { dynamicEids: [dynamic('1.1.1.0/24')] })).start();
  flood(bench, FLOOD, (i) => ({ reason: 'stale', outerSource: address(9, i) }));
  t.is(bench.xtr.smr.get(prefix('1.1.1.1'))?.solicited.size, SMR_UNKNOWN_PAIRS);
  t.true(bench.counters.get('smrOut') < 1000, 'they reflect little');
  bench.pass(24 * 3_600_000);
  t.is(bench.xtr.smr.size, 0);
});

test('SMRs from many sources about every cached host cause one Map-Request for each host', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'], { mapServers: [] })).start();
  for (let host = 1; host <= 20; host++)
    bench
      .punt('map-cache-miss', '5.5.5.5', `1.1.1.${host}`)
      .reply('2.2.2.2', record(`1.1.1.${host}`, ['2.2.2.2']));
  bench.pass(10_000);
  const before = bench.counters.get('mapRequestsOut');
  for (let i = 0; i < 10_000; i++) bench.smr(`9.9.${i >> 8}.${i & 255}`, `1.1.1.${(i % 20) + 1}`);
  t.is(bench.counters.get('mapRequestsOut') - before, 20);
});

test('Map-Replies with guessed nonces', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'])).start().punt('map-cache-miss', '5.5.5.5', '1.1.1.1');
  for (let nonce = 100n; nonce < 10_100n; nonce++)
    bench.replyTo(nonce, '9.9.9.9', record('1.1.1.1', ['9.9.9.9']));
  t.is(bench.xtr.mapCache.size, 1);
  t.is(bench.counters.get('mapRepliesUnsolicited'), 10_000);
});

/** Sends many Map-Requests to an ETR, each with another nonce. */
function flooded(itrRloc: (i: number) => Address): Bench {
  const databaseMappings = [{ eid: prefix('5.5.5.0/24') }];
  const bench = new Bench(configOf(['4.4.4.4'], { databaseMappings })).start();
  for (let i = 0; i < FLOOD; i++) {
    const message = request({ nonce: BigInt(i), itrRlocs: [itrRloc(i)], records: [prefix('5.5.5.5')] });
    bench.xtr.mapRequest(bench.received('9.9.9.9'), message, bench.now, []);
  }
  return bench;
}

test('a hundred thousand Map-Requests with one ITR-RLOC are answered at the rate of that RLOC', (t) => {
  const { counters } = flooded(() => rloc('9.0.0.1'));
  const allowed = DEFAULT_XTR_LIMITS.mapRepliesPerRloc_pps * REPLY_BURST_s;
  t.is(counters.get('mapReplyRecordsOut'), allowed);
  t.is(counters.get('mapRepliesRateLimited'), FLOOD - allowed);
});

test('a hundred thousand Map-Requests with different ITR-RLOCs are all answered, since each RLOC has its own rate', (t) => {
  t.is(flooded((i) => address(9, i)).counters.get('mapReplyRecordsOut'), FLOOD);
});

test('a Map-Reply that replaces thousands of entries deletes them in slices', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'], { mapServers: [] })).start();
  for (let i = 0; i < 2_000; i++) {
    const host = `1.1.${i >> 8}.${i & 255}`;
    bench.punt('map-cache-miss', '5.5.5.5', host).reply('2.2.2.2', record(host, ['2.2.2.2']));
  }
  bench.punt('map-cache-miss', '5.5.5.5', '1.1.200.1').reply('2.2.2.2', record('1.0.0.0/8', ['2.2.2.2']));
  t.is(deletes(bench), EXPIRE_BATCH);
  t.is(bench.pass(0).xtr.mapCache.size, 2);
  t.deepEqual([...bench.mapCacheTrie.keys()], ['0.0.0.0/0', '1.0.0.0/8']);
});

test('clearing thousands of entries reports their number and works in slices', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'], { mapServers: [] })).start();
  for (let i = 0; i < 2_000; i++) {
    const host = `1.1.${i >> 8}.${i & 255}`;
    bench.punt('map-cache-miss', '5.5.5.5', host).reply('2.2.2.2', record(host, ['2.2.2.2']));
  }
  bench.clear();
  t.is(bench.cleared, 2_000);
  t.is(deletes(bench), EXPIRE_BATCH);
  t.is(bench.pass(0).xtr.mapCache.size, 1);
});

test('an SMR with 255 records is one SMR', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'])).start();
  for (const host of ['1.1.1.1', '1.1.1.2'])
    bench.punt('map-cache-miss', '5.5.5.5', host).reply('2.2.2.2', record(host, ['2.2.2.2']));
  bench.pass(5000);
  const records = Array.from({ length: 255 }, (_, i) => prefix(`1.1.1.${i}`));
  bench.ask('9.9.9.9', request({ smr: true, itrRlocs: [rloc('9.9.9.9')], records }));
  t.is(bench.sent.length, 1);
});

test('a Map-Reply of 255 records with 32 locators each', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'])).start().punt('map-cache-miss', '5.5.5.5', '1.1.1.1');
  const locators = Array.from({ length: 32 }, (_, i) => `2.2.2.${i + 1}`);
  const records = Array.from({ length: 254 }, (_, i) => record(`1.1.1.${i + 1}`, locators));
  bench.reply('2.2.2.2', record('1.1.0.0/16', locators), ...records.slice(1));
  t.is(bench.xtr.mapCache.size, 255);
});

test('punts with addresses that are not unicast hosts leave no state', (t) => {
  const bench = new Bench(configOf(['4.4.4.4'], { dynamicEids: [dynamic('0.0.0.0/0')] })).start();
  for (const text of ['0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.1'])
    for (const reason of ['map-cache-miss', 'eid-detected', 'stale', 'no-neighbour'] as const)
      bench.punt(reason, text, text, { outerSource: reason === 'stale' ? parseAddress(text) : undefined });
  t.like(bench.xtr.sizes(), { database: 0, pendingMapRequests: 0, heldPackets: 0 });
});
