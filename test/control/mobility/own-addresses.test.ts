// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { Bench, configOf, eid, EID_PORT, prefix, record } from '#test/control/harness.js';

const GATEWAY = { eid: eid('1.1.1.254'), ifindex: EID_PORT };

function bench(overrides: Parameters<typeof configOf>[1] = {}): Bench {
  const dynamicEids = [{ name: 'roaming', eid: prefix('1.1.1.0/24') }];
  return new Bench(configOf(['2.2.2.2'], { dynamicEids, ...overrides }));
}

/** The changes of the local EID trie by the last input. */
function localEids(router: Bench): string[] {
  return router.lines.filter((each) => each.startsWith('local-eid '));
}

test('a gateway address is local to the data path, and neither learnt nor registered', (t) => {
  const router = bench().start();
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  t.deepEqual(router.effects, [
    {
      type: 'local-eid-set',
      eid: prefix('1.1.1.254'),
      entry: { kind: 'local', ifindex: EID_PORT, dynamic: false },
    },
  ]);
  t.deepEqual(router.sight('1.1.1.254').lines, []);
  t.is(router.xtr.dynamicEids.size, 0);
  t.is(router.xtr.database.get(prefix('1.1.1.254')), undefined);
});

test('an unchanged address causes no effect; a removed address is deleted', (t) => {
  const router = bench().start();
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  t.deepEqual(router.input({ type: 'own-addresses', addresses: [GATEWAY] }).effects, []);
  router.input({ type: 'own-addresses', addresses: [] });
  t.deepEqual(router.effects, [{ type: 'local-eid-delete', eid: prefix('1.1.1.254') }]);
});

test('an address that is an EID already stays one', (t) => {
  const router = bench().start().sight('1.1.1.254');
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  t.deepEqual(router.effects, []);
  t.deepEqual(router.input({ type: 'own-addresses', addresses: [] }).effects, []);
});

const AS_GATEWAY = ['local-eid 1.1.1.254/32 local'];

test('when that EID is deleted, the address stays local to the data path as a gateway', (t) => {
  const router = bench().start().sight('1.1.1.254').acknowledge();
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  router.notify(1n, [record('1.1.1.254', ['6.6.6.6'])]);
  t.deepEqual(localEids(router), AS_GATEWAY);
  t.is(router.xtr.away.size, 0);
  t.deepEqual(localEids(router.sight('1.1.1.254')), [], 'it is not learnt any more');
  router.input({ type: 'own-addresses', addresses: [] });
  t.deepEqual(localEids(router), ['local-eid 1.1.1.254/32 deleted']);
});

test('there is no gap when that EID times out after a day', (t) => {
  const router = bench().start().sight('1.1.1.254').acknowledge();
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  t.deepEqual(localEids(router.pass(86_400_000)), AS_GATEWAY);
  t.is(router.xtr.dynamicEids.size, 0);
});

test('an own address is not probed for eviction', (t) => {
  const router = bench({ limits: { ...DEFAULT_XTR_LIMITS, dynamicEids: 1 }, mapServers: [] }).start();
  router.sight('1.1.1.254');
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  t.deepEqual(router.pass(60_000).sight('1.1.1.1').events, ['table-full']);
  t.deepEqual(router.pass(20_000).effects, []);
});

test('a restart keeps an own address in the trie without a gap', (t) => {
  const router = bench();
  router.input({ type: 'own-addresses', addresses: [GATEWAY] });
  const entry = { kind: 'local', ifindex: EID_PORT, dynamic: false } as const;
  router.start({ mapCache: [], localEids: [{ eid: prefix('1.1.1.254'), entry }] });
  t.false(router.effects.some((effect) => effect.type === 'local-eid-delete'));
});
