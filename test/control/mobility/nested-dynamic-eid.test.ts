// SPDX-License-Identifier: Apache-2.0
// A dynamic-EID prefix inside a database mapping: its hosts may move, other EIDs of the mapping may not.
import test from 'ava';
import type { AdoptedState } from '#control/contract/inputs.js';
import { Bench, configOf, dynamic, forwardingLocator, prefix, record } from '#test/control/harness.js';

const CONFIG = configOf(['2.2.2.2'], {
  databaseMappings: [{ eid: prefix('1.1.0.0/16') }],
  dynamicEids: [dynamic('1.1.1.0/24')],
});

function movedAway(): Bench {
  const bench = new Bench(CONFIG).start().sight('1.1.1.1').acknowledge().pass(10_000);
  return bench.notify(1n, [record('1.1.1.1', ['6.6.6.6'])]).acknowledge();
}

function ask(bench: Bench, host: string): Bench {
  return bench.punt('map-cache-miss', '1.1.2.2', host, { frame: Uint8Array.of(1) });
}

test('a host that moved away is reached at its new site', (t) => {
  const bench = ask(movedAway(), '1.1.1.1').reply('6.6.6.6', record('1.1.1.1', ['6.6.6.6']));
  t.deepEqual(bench.mapCacheTrie.get('1.1.1.1/32'), {
    action: 'encapsulate',
    locators: [forwardingLocator('6.6.6.6', '2.2.2.2')],
  });
  t.true(bench.lines.includes('inject 1'));
});

test('a mapping for an EID that cannot move is still rejected', (t) => {
  const bench = ask(movedAway(), '1.1.1.1').reply(
    '6.6.6.6',
    record('1.1.0.0/16', ['6.6.6.6']),
    record('1.1.2.2', ['6.6.6.6']),
  );
  t.is(bench.xtr.mapCache.get(prefix('1.1.2.2')), undefined);
  t.is(bench.xtr.mapCache.get(prefix('1.1.0.0/16')), undefined);
  t.not(bench.counters.get('mapRepliesRejected'), 0);
});

test('a mapping for a local host is rejected', (t) => {
  const bench = ask(movedAway(), '1.1.1.1').sight('1.1.1.1');
  bench.reply('6.6.6.6', record('1.1.1.1', ['6.6.6.6']));
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.1')), undefined);
});

test('the mapping of a host that moved away survives a restart', (t) => {
  const forwarding = {
    action: 'encapsulate',
    locators: [forwardingLocator('6.6.6.6', '2.2.2.2')],
  } as const;
  const adopted: AdoptedState = {
    mapCache: [{ eid: prefix('1.1.1.1'), forwarding, expiresAt_ms: 2_000_000 }],
    localEids: [{ eid: prefix('1.1.1.1'), entry: { kind: 'away', locators: forwarding.locators } }],
    rlocsDown: [],
  };
  const bench = new Bench(CONFIG).start(adopted);
  t.like(bench.xtr.mapCache.get(prefix('1.1.1.1')), { via: 'recovered', forwarding });
  t.not(bench.xtr.away.get(prefix('1.1.1.1')), undefined);
});
