// SPDX-License-Identifier: Apache-2.0
// Full tables: the effect is returned as refused and counted, and nothing is changed.
import test from 'ava';
import type { TrieEffect } from '#core/ports.js';
import {
  decision,
  deleteMapping,
  drop,
  encapsulate,
  locator,
  lookup,
  openHere,
  optionsHere,
  setLocal,
  setMapping,
  SIZES,
  used,
} from '#test/datapath/open-here.js';

const CONFIGURED = 4096;
/** Sizes of the map-cache tries and of the local EID tries. */
const LOCAL_EIDS = 2 * SIZES.dynamicEids + CONFIGURED;
const MAP_CACHE = SIZES.mapCacheEntries + LOCAL_EIDS;

const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
const hosts = (count: number, effect: (host: string) => TrieEffect): TrieEffect[] =>
  Array.from({ length: count }, (_, i) => effect(`${address(i)}/32`));

test('a full map-cache refuses new entries, and still replaces and deletes', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  t.deepEqual(dataPath.apply(hosts(MAP_CACHE, drop)), []);
  const [more, local] = [drop('1.1.1.1/32'), setLocal('1.1.1.2/32')];
  t.deepEqual(dataPath.apply([more, local]), [more, local]);
  t.like(dataPath.counters().adapter, { effectsRefused: 2, mapCacheFull: 2, mapErrors: 0 });
  t.is(decision(dataPath, '1.1.1.1'), 'nothing');
  t.deepEqual(used(dataPath), { map_cache_v4: MAP_CACHE });

  t.deepEqual(dataPath.apply([setMapping(`${address(0)}/32`, encapsulate('2.2.2.2'))]), []);
  t.is(decision(dataPath, address(0)), `${address(0)}/32 encapsulate`);
  t.deepEqual(dataPath.apply([deleteMapping(`${address(0)}/32`), more]), []);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 drop');
});

test('if the database of local EIDs is full, none is added to the map-cache', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  t.deepEqual(dataPath.apply(hosts(LOCAL_EIDS, (host) => setLocal(host, { kind: 'dynamic' }))), []);
  const more = setLocal('1.1.1.1/32');
  t.deepEqual(dataPath.apply([more]), [more]);
  t.like(dataPath.counters().adapter, { effectsRefused: 1, localEidsFull: 1 });
  t.is(decision(dataPath, '1.1.1.1'), 'nothing');
  t.deepEqual(used(dataPath), { eid_db_v4: LOCAL_EIDS });
});

test('without a free locator-set the mapping stays unchanged', (t) => {
  const dataPath = openHere(t, optionsHere(t, { sizes: { ...SIZES, locators: 64 } }));
  dataPath.apply([setMapping('1.1.1.1/32', encapsulate('2.2.2.2'))]);
  const rest = hosts(SIZES.locatorSets - 1, (host) => setMapping(host, encapsulate(host.replace('/32', ''))));
  t.deepEqual(dataPath.apply(rest), []);
  const before = lookup(dataPath, '1.1.1.1');
  const more = [
    setMapping('1.1.1.1/32', encapsulate('6.6.6.6')),
    setMapping('1.1.1.2/32', encapsulate('6.6.6.6')),
    setLocal('1.1.1.3/32', { kind: 'away', locators: [locator('6.6.6.6')] }),
  ];
  t.deepEqual(dataPath.apply(more), more);
  t.deepEqual(lookup(dataPath, '1.1.1.1'), before);
  t.like(dataPath.counters().adapter, { effectsRefused: 3, locatorSetsFull: 3 });
  t.deepEqual(used(dataPath), { map_cache_v4: 8, locator_sets: 8, locators: 8 });
});

test('without enough free locators no part of a new set is kept', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const set = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `10.0.0.${from + i}`);
  dataPath.apply([setMapping('1.1.1.1/32', encapsulate(...set(1, 6)))]);
  const more = setMapping('1.1.1.2/32', encapsulate(...set(11, 3)));
  t.deepEqual(dataPath.apply([more]), [more]);
  t.like(dataPath.counters().adapter, { effectsRefused: 1, locatorsFull: 1 });
  t.deepEqual(used(dataPath), { map_cache_v4: 1, locator_sets: 1, locators: 6 });
  t.deepEqual(dataPath.apply([setMapping('1.1.1.2/32', encapsulate(...set(11, 2)))]), []);
});
