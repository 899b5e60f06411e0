// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { Bench, configOf, eid, EID_PORT, prefix } from './harness.js';

const GATEWAY = { eid: eid('1.1.1.254'), ifindex: EID_PORT };

function bench(): Bench {
  return new Bench(configOf(['2.2.2.2'], { dynamicEids: [{ name: 'roaming', eid: prefix('1.1.1.0/24') }] }));
}

test('a gateway address is local to the data path, and neither learnt nor registered', (t) => {
  const router = bench().start();
  router.did(router.xtr.ownAddresses([GATEWAY]));
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

test('what is told again changes nothing; what is gone is taken away', (t) => {
  const router = bench().start();
  router.did(router.xtr.ownAddresses([GATEWAY]));
  t.deepEqual(router.did(router.xtr.ownAddresses([GATEWAY])).effects, []);
  router.did(router.xtr.ownAddresses([]));
  t.deepEqual(router.effects, [{ type: 'local-eid-delete', eid: prefix('1.1.1.254') }]);
});

test('an address that is an EID already stays one', (t) => {
  const router = bench().start().sight('1.1.1.254');
  router.did(router.xtr.ownAddresses([GATEWAY]));
  t.deepEqual(router.effects, []);
  t.deepEqual(router.did(router.xtr.ownAddresses([])).effects, []);
});

test('a restart keeps it in the trie without a gap', (t) => {
  const router = bench();
  router.did(router.xtr.ownAddresses([GATEWAY]));
  const entry = { kind: 'local', ifindex: EID_PORT, dynamic: false } as const;
  router.start({ mapCache: [], localEids: [{ eid: prefix('1.1.1.254'), entry }] });
  t.false(router.effects.some((effect) => effect.type === 'local-eid-delete'));
});
