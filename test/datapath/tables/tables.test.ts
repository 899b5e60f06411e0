// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { u32, u64 } from '#test/native/addon.js';
import {
  decision,
  deleteLocal,
  deleteMapping,
  eid,
  encapsulate,
  locator,
  lookup,
  openHere,
  openPinned,
  optionsHere,
  setLocal,
  setMapping,
  used,
} from '#test/datapath/open-here.js';

test('a new data path is empty', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  t.deepEqual(dataPath.adopted(), { mapCache: [], localEids: [], rlocsDown: [] });
  t.false(dataPath.status().adopted);
  t.is(decision(dataPath, '1.1.1.1'), 'nothing');
  t.deepEqual(used(dataPath), {});
});

test('a mapping is found with its locators and their shares', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const locators = [
    locator('2.2.2.2', { weight: 75 }),
    locator('6.6.6.6', { weight: 25 }),
    locator('8.8.8.8', { priority: 2 }),
    locator('9.9.9.9', { usable: false }),
  ];
  t.deepEqual(dataPath.apply([setMapping('1.1.1.0/24', encapsulate(...locators))]), []);
  t.deepEqual(lookup(dataPath, '1.1.1.1'), {
    eid: eid('1.1.1.0/24'),
    action: 'encapsulate',
    traffic: { packets: 0, bytes: 0 },
    locators: locators.map(({ usable, ...each }, i) => ({
      ...each,
      up: usable,
      share: [0.75, 0.25, 0, 0][i] ?? 0,
    })),
  });
});

for (const [family, inside, outside] of [
  ['v4', '1.1.1.1', '1.1.2.1'],
  ['v6', '2001:db8:1::1', '2001:db8:2::1'],
] as const)
  test(`the longest match in the instance wins: ${family}`, (t) => {
    const dataPath = openHere(t, optionsHere(t));
    const [wide, narrow] =
      family === 'v4' ? ['1.1.0.0/16', '1.1.1.0/24'] : ['2001:db8::/32', '2001:db8:1::/48'];
    dataPath.apply([
      setMapping(wide, { action: 'send-map-request' }),
      setMapping(narrow, encapsulate('2.2.2.2')),
      setMapping(`[7]${narrow}`, { action: 'drop' }),
    ]);
    t.is(decision(dataPath, inside), `${narrow} encapsulate`);
    t.is(decision(dataPath, outside), `${wide} send-map-request`);
    t.is(decision(dataPath, `[7]${inside}`), `[7]${narrow} drop`);
    t.is(decision(dataPath, `[7]${outside}`), 'nothing');
  });

test('all four combinations of EID and RLOC families work', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  for (const prefix of ['1.1.1.0/24', '2001:db8:1::/48'])
    for (const rloc of ['2.2.2.2', '2001:db8::2']) {
      dataPath.apply([setMapping(prefix, encapsulate(rloc))]);
      const state = lookup(dataPath, prefix.replace(/0\/24|\/48/, '1'));
      t.deepEqual(state?.locators[0]?.rloc, parseAddress(rloc));
    }
});

test('a replaced mapping keeps its counters; a deleted one starts at zero again', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('2.2.2.2'))]);
  const counters = openPinned(t, dataPath).map('xtr_mapping_counters');
  const value = new Uint8Array(counters.valueSize);
  value.set(u64(3n, 300n));
  counters.update(u32(0), value);
  t.deepEqual(dataPath.traffic(eid('1.1.1.0/24')), { packets: 3, bytes: 300 });
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('6.6.6.6'))]);
  t.deepEqual(lookup(dataPath, '1.1.1.1')?.traffic, { packets: 3, bytes: 300 });
  dataPath.apply([deleteMapping('1.1.1.0/24'), setMapping('1.1.1.0/24', encapsulate('2.2.2.2'))]);
  t.deepEqual(dataPath.traffic(eid('1.1.1.0/24')), { packets: 0, bytes: 0 });
  t.deepEqual(dataPath.traffic(eid('9.9.9.0/24')), { packets: 0, bytes: 0 });
});

test('a local EID hides the mapping of its prefix until it is deleted', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([setMapping('1.1.1.1/32', encapsulate('2.2.2.2')), setLocal('1.1.1.1/32')]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  dataPath.apply([setMapping('1.1.1.1/32', encapsulate('6.6.6.6'))]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  dataPath.apply([deleteLocal('1.1.1.1/32')]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 encapsulate');
  t.deepEqual(lookup(dataPath, '1.1.1.1')?.locators[0]?.rloc, parseAddress('6.6.6.6'));
});

test('a mapping that is deleted while a local EID hides it does not come back', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([
    ...[setMapping('1.1.1.1/32', encapsulate('2.2.2.2')), setLocal('1.1.1.1/32')],
    ...[deleteMapping('1.1.1.1/32')],
  ]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  t.deepEqual(used(dataPath), { map_cache_v4: 1, eid_db_v4: 1 });
  dataPath.apply([deleteLocal('1.1.1.1/32')]);
  t.deepEqual(used(dataPath), {});
});

test('a host that moved away is no longer local; the database has its new locators', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([
    setMapping('1.1.1.0/24', { action: 'send-map-request' }),
    setLocal('1.1.1.0/24', { kind: 'dynamic' }),
    setLocal('1.1.1.1/32'),
  ]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  dataPath.apply([setLocal('1.1.1.1/32', { kind: 'away', locators: [locator('6.6.6.6')] })]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.0/24 send-map-request');
  t.deepEqual(used(dataPath), { map_cache_v4: 1, eid_db_v4: 2, locator_sets: 1, locators: 1 });
  dataPath.apply([setLocal('1.1.1.1/32', { kind: 'away', locators: [] })]);
  t.deepEqual(used(dataPath), { map_cache_v4: 1, eid_db_v4: 2 });
});

test('locators and locator-sets are shared, and freed with their last user', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const both = encapsulate('2.2.2.2', '6.6.6.6');
  dataPath.apply([
    setMapping('1.1.1.0/24', both),
    setMapping('2001:db8:1::/48', both),
    setMapping('1.1.2.0/24', encapsulate('2.2.2.2')),
    setLocal('1.1.3.1/32', { kind: 'away', locators: [locator('2.2.2.2')] }),
  ]);
  t.deepEqual(used(dataPath), {
    ...{ map_cache_v4: 2, map_cache_v6: 1, eid_db_v4: 1, locator_sets: 2, locators: 2 },
  });
  dataPath.apply([deleteMapping('1.1.1.0/24'), deleteMapping('1.1.2.0/24')]);
  t.deepEqual(used(dataPath), { map_cache_v6: 1, eid_db_v4: 1, locator_sets: 2, locators: 2 });
  dataPath.apply([deleteMapping('2001:db8:1::/48')]);
  t.deepEqual(used(dataPath), { eid_db_v4: 1, locator_sets: 1, locators: 1 });
  dataPath.apply([deleteLocal('1.1.3.1/32')]);
  t.deepEqual(used(dataPath), {});
});

test('if a locator becomes unusable, the mapping gets another locator-set, and the old one is freed', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  for (let i = 0; i < 100; i++) {
    const usable = i % 2 === 0;
    t.deepEqual(dataPath.apply([setMapping('1.1.1.0/24', encapsulate(locator('2.2.2.2', { usable })))]), []);
    t.is(lookup(dataPath, '1.1.1.1')?.locators[0]?.share, usable ? 1 : 0);
  }
  t.deepEqual(used(dataPath), { map_cache_v4: 1, locator_sets: 1, locators: 1 });
});

test('deleting an unknown entry does nothing', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  t.deepEqual(dataPath.apply([deleteMapping('1.1.1.0/24'), deleteLocal('1.1.1.1/32')]), []);
  t.deepEqual(used(dataPath), {});
});

test('more locators than a set holds: the best usable ones are kept, in their order', (t) => {
  const dataPath = openHere(t, optionsHere(t, { sizes: { ...optionsHere(t).sizes, locators: 64 } }));
  const many = Array.from({ length: 36 }, (_, i) =>
    locator(`10.0.0.${i + 1}`, { priority: 36 - i, usable: i !== 35 }),
  );
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate(...many))]);
  const state = lookup(dataPath, '1.1.1.1');
  t.deepEqual(
    state?.locators.map(({ priority }) => priority),
    many.slice(3, 35).map(({ priority }) => priority),
  );
  t.is(state?.locators.at(-1)?.share, 1);
  t.is(dataPath.counters().adapter['locatorsIgnored'], 4);
});

test('local EIDs have status bits of the local RLOCs only if that is configured', (t) => {
  const localRlocs = [parseAddress('4.4.4.4'), parseAddress('2001:db8::4')];
  for (const locatorStatusBits of [false, true]) {
    const dataPath = openHere(t, optionsHere(t, { localRlocs, locatorStatusBits }));
    dataPath.apply([setLocal('5.5.5.0/24', { kind: 'local', ifindex: undefined, dynamic: false })]);
    const value = openPinned(t, dataPath)
      .map('xtr_eid_db_v4')
      .lookup(u32(32 + 24, 0, 0x050505));
    t.deepEqual(value, u32(1, 0, 0xffffffff, locatorStatusBits ? 2 : 0, locatorStatusBits ? 3 : 0));
  }
});
