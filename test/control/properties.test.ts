// SPDX-License-Identifier: Apache-2.0
// Random inputs: nothing throws, and the tries match the tables.
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { formatAddress, formatEidPrefix, type ReadonlyEidTable, sameEidPrefix } from '#addr/index.js';
import type { Forwarding, LocalEid } from '#control/contract/forwarding.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { usableRlocs, usedRlocs } from '#control/locators/locator-set.js';
import { describeForwarding, describeLocalEid } from './lines.js';
import {
  Bench,
  configOf,
  dynamic,
  forwardingLocator,
  MAP_RESOLVER,
  MAP_SERVER,
  prefix,
  record,
  request,
  rloc,
} from './harness.js';

const LIMITS = {
  ...DEFAULT_XTR_LIMITS,
  mapCacheEntries: 8,
  dynamicEids: 3,
  pendingMapRequests: 5,
  heldPackets: 6,
  heldPacketsPerEid: 3,
};
const CONFIG = configOf(['2.2.2.2', '2001:db8::2'], {
  limits: LIMITS,
  databaseMappings: [{ eid: prefix('5.5.5.0/24') }, { eid: prefix('1.1.1.8/30') }],
  dynamicEids: [dynamic('1.1.1.0/24'), dynamic('2001:db8:1::/64')],
});

const host = fc.constantFrom(
  ...['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.9', '5.5.5.5', '9.9.9.9', '9.9.9.10', '9.9.8.1'],
  '2001:db8:1::1',
);
const site = fc.constantFrom('2.2.2.2', '4.4.4.4', '6.6.6.6', '2001:db8::6', '224.0.0.1');
const eidPrefix = fc.oneof(
  host,
  fc.constantFrom('1.1.1.0/24', '1.1.0.0/16', '9.9.9.0/24', '9.0.0.0/8', '0.0.0.0/0', '1.1.1.0/30'),
);
const oneRecord = fc
  .record({
    text: eidPrefix,
    rlocs: fc.uniqueArray(site, { maxLength: 3 }),
    ttl_min: fc.constantFrom(0, 1, 10, 1440, 0xffff_ffff),
    action: fc.nat(7),
  })
  .map(({ text, rlocs, ttl_min, action }) => record(text, rlocs, { ttl_min, action }));
const records = fc.array(oneRecord, { minLength: 1, maxLength: 3 });
const ifindex = fc.constantFrom(7, 8, 3);

type Step = (bench: Bench) => unknown;

/** Random steps, and their text in failure messages. */
const step = fc.oneof(
  fc.record({ to: host }).map(
    ({ to }): Step =>
      (bench) =>
        bench.punt('map-cache-miss', '5.5.5.5', to),
  ),
  fc.record({ to: host, ago: fc.nat(3000) }).map(
    ({ to, ago }): Step =>
      (bench) =>
        bench.punt('map-cache-miss', '5.5.5.5', to, { at_ms: bench.now - ago }),
  ),
  fc.record({ from: host, ifindex }).map(
    (at): Step =>
      (bench) =>
        bench.punt('eid-detected', at.from, '9.9.9.9', { ifindex: at.ifindex }),
  ),
  fc.record({ to: host, outer: site }).map(
    ({ to, outer }): Step =>
      (bench) =>
        bench.punt('stale', '9.9.9.9', to, { outerSource: rloc(outer) }),
  ),
  fc.record({ text: host, ifindex }).map(
    (at): Step =>
      (bench) =>
        bench.sight(at.text, at.ifindex),
  ),
  fc.record({ text: host, ifindex }).map(
    (at): Step =>
      (bench) =>
        bench.lose(at.text, at.ifindex),
  ),
  fc.record({ nonce: fc.nat(12), from: site, records }).map(
    ({ nonce, from, records: all }): Step =>
      (bench) =>
        bench.replyTo(BigInt(nonce), from, ...all),
  ),
  fc.record({ from: site, records }).map(
    ({ from, records: all }): Step =>
      (bench) =>
        bench.reply(from, ...all),
  ),
  fc.record({ nonce: fc.nat(8), records }).map(
    ({ nonce, records: all }): Step =>
      (bench) =>
        bench.notify(1000n + BigInt(nonce), all),
  ),
  fc.constant<Step>((bench) => bench.registers.length > 0 && bench.acknowledge()),
  fc.record({ from: site, moved: host }).map(
    ({ from, moved }): Step =>
      (bench) =>
        bench.smr(from, moved),
  ),
  fc.record({ from: site, asked: eidPrefix, probe: fc.boolean() }).map(
    ({ from, asked, probe }): Step =>
      (bench) =>
        bench.ask(from, request({ itrRlocs: [rloc(from)], records: [prefix(asked)], probe })),
  ),
  fc.record({ asked: host }).map(
    ({ asked }): Step =>
      (bench) =>
        bench.lookup(1, asked),
  ),
  fc.record({ what: fc.option(eidPrefix) }).map(
    ({ what }): Step =>
      (bench) =>
        bench.clear(what ?? undefined),
  ),
  fc.record({ milliseconds: fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(7_200_000)) }).map(
    ({ milliseconds }): Step =>
      (bench) =>
        bench.pass(milliseconds),
  ),
);

const via = (text: string): Forwarding => ({
  action: 'encapsulate',
  locators: [forwardingLocator(text, '2.2.2.2')],
});
const adopted = fc.record({
  mapCache: fc.uniqueArray(
    fc.record({
      eid: eidPrefix.map(prefix),
      forwarding: fc.constantFrom<Forwarding>({ action: 'drop' }, via('6.6.6.6'), {
        action: 'send-map-request',
      }),
      expiresAt_ms: fc.constantFrom(undefined, 5, 1_000_001, 9_000_000),
    }),
    { maxLength: 6, comparator: (a, b) => sameEidPrefix(a.eid, b.eid) },
  ),
  localEids: fc.uniqueArray(
    fc.record({
      eid: eidPrefix.map(prefix),
      entry: fc.constantFrom<LocalEid>(
        { kind: 'dynamic' },
        { kind: 'local', ifindex: 7, dynamic: true },
        { kind: 'local', ifindex: undefined, dynamic: false },
        { kind: 'away', locators: [forwardingLocator('6.6.6.6', '2.2.2.2')] },
      ),
    }),
    { maxLength: 6, comparator: (a, b) => sameEidPrefix(a.eid, b.eid) },
  ),
});

function asText<V>(table: ReadonlyEidTable<V>, describe: (value: V) => string): string[] {
  return Array.from(table.entries(), ({ eid: key, value }) => `${formatEidPrefix(key)} ${describe(value)}`);
}

function checkTries(t: ExecutionContext, bench: Bench): void {
  const { mapCache, database, dynamicEids, away } = bench.xtr;
  const trie = Array.from(bench.mapCacheTrie, ([key, value]) => `${key} ${describeForwarding(value)}`);
  t.deepEqual(trie.sort(), asText(mapCache, (entry) => describeForwarding(entry.forwarding)).sort());

  const configured = [
    '5.5.5.0/24 local',
    '1.1.1.8/30 local',
    '1.1.1.0/24 dynamic',
    '2001:db8:1::/64 dynamic',
  ];
  const learnt = asText(dynamicEids, (entry) => `local on ${entry.ifindex}`);
  const gone = asText(away, (entry) => describeLocalEid({ kind: 'away', locators: entry.locators }));
  const local = Array.from(bench.localEidTrie, ([key, entry]) => `${key} ${describeLocalEid(entry)}`);
  t.deepEqual(local.sort(), [...configured, ...learnt, ...gone].sort());

  for (const { eid: key } of database.entries()) t.is(mapCache.get(key), undefined, 'one trie, one action');
  for (const { eid: key } of dynamicEids.entries()) t.is(away.get(key), undefined);
}

function checkBounds(t: ExecutionContext, bench: Bench, misses: number): void {
  const { mapCache, away, pendingMapRequests, heldPackets } = bench.xtr.sizes();
  t.true(mapCache <= LIMITS.mapCacheEntries);
  t.true(away <= LIMITS.dynamicEids);
  t.true(bench.xtr.dynamicEids.size <= LIMITS.dynamicEids);
  t.true(pendingMapRequests <= LIMITS.pendingMapRequests);
  t.true(heldPackets <= LIMITS.heldPackets);
  const { counters } = bench;
  const held = counters.get('packetsHeld');
  t.is(held, misses);
  t.is(held, counters.get('packetsReleased') + counters.get('packetsHeldDropped') + heldPackets);
}

function checkNeighbours(t: ExecutionContext, bench: Bench): void {
  const rlocs = new Set([MAP_SERVER, MAP_RESOLVER]);
  for (const { value } of bench.xtr.mapCache.entries())
    for (const used of usedRlocs(value.forwarding)) rlocs.add(formatAddress(used));
  for (const { value } of bench.xtr.away.entries())
    for (const used of usableRlocs(value.locators)) rlocs.add(formatAddress(used));
  t.deepEqual([...bench.neighbours].sort(), [...rlocs].sort());
}

test('the tries match the tables after any sequence of inputs', (t) => {
  fc.assert(
    fc.property(adopted, fc.array(step, { maxLength: 60 }), (state, steps) => {
      const bench = new Bench(CONFIG).start(state);
      checkTries(t, bench);
      for (const act of steps) {
        act(bench);
        checkTries(t, bench);
        checkBounds(t, bench, bench.misses);
        checkNeighbours(t, bench);
      }
    }),
    { numRuns: 300 },
  );
});

test('without further inputs, all learnt state expires', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const bench = new Bench({ ...CONFIG, mapServers: [] }).start();
      for (const act of steps) act(bench);
      bench.pass(8 * 24 * 3_600_000);
      t.is(bench.xtr.nextDeadline(), undefined);
      t.deepEqual(bench.xtr.sizes(), {
        mapCache: 3,
        database: 2,
        away: 0,
        pendingMapRequests: 0,
        heldPackets: 0,
      });
    }),
    { numRuns: 100 },
  );
});
