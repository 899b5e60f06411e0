// SPDX-License-Identifier: Apache-2.0
// Mappings of one call are written in batches. The result is the same as of single writes.
import test from 'ava';
import type { TrieEffect } from '#core/ports.js';
import { askTrie } from '#datapath/index/eid-index.js';
import { eidKeyCodec } from '#datapath/records/eid-key.js';
import { type MappingRecord, mappingCodec } from '#datapath/records/mapping.js';
import { isBpfError } from '#datapath/native.js';
import { TRIE_BATCH, TrieBatch } from '#datapath/tables/trie-batch.js';
import { TypedMap } from '#datapath/tables/typed-map.js';
import { addon } from '#test/native/addon.js';
import { newIndex } from '#test/datapath/index/new-index.js';
import {
  decision,
  deleteMapping,
  drop,
  eid,
  encapsulate,
  lookup,
  openHere,
  optionsHere,
  setLocal,
  setMapping,
  SIZES,
  used,
} from '#test/datapath/open-here.js';

test('more mappings than a batch holds, of both families, in one call', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const count = 2 * TRIE_BATCH + 1;
  const effects = Array.from({ length: count }, (_, i) => [
    drop(`10.1.${i >> 8}.${i & 255}/32`),
    setMapping(`2001:db8:1::${i.toString(16)}/128`, encapsulate('2.2.2.2')),
  ]).flat();
  t.deepEqual(dataPath.apply(effects), []);
  t.deepEqual(used(dataPath), { map_cache_v4: count, map_cache_v6: count, locator_sets: 1, locators: 1 });
  for (const i of [0, TRIE_BATCH - 1, TRIE_BATCH, count - 1]) {
    const [v4, v6] = [`10.1.${i >> 8}.${i & 255}`, `2001:db8:1::${i.toString(16)}`];
    t.is(decision(dataPath, v4), `${v4}/32 drop`);
    t.is(lookup(dataPath, v6)?.action, 'encapsulate');
  }
});

test('of two mappings of one prefix the last one wins, and the locators of the first are freed', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const to = (rloc: string): TrieEffect => setMapping('1.1.1.0/24', encapsulate(rloc));
  t.deepEqual(dataPath.apply([to('2.2.2.2'), drop('1.1.2.0/24'), to('3.3.3.3')]), []);
  t.deepEqual(
    lookup(dataPath, '1.1.1.1')?.locators.map(({ rloc }) => rloc.bits),
    [0x03030303n],
  );
  t.deepEqual(used(dataPath), { map_cache_v4: 2, locator_sets: 1, locators: 1 });
});

test('a mapping that is deleted and set again in one call exists', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const effects = [drop('1.1.1.0/24'), deleteMapping('1.1.1.0/24'), drop('1.1.1.0/24'), drop('1.1.2.0/24')];
  t.deepEqual(dataPath.apply(effects), []);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.0/24 drop');
  t.deepEqual(used(dataPath), { map_cache_v4: 2 });
});

test('a local EID among the mappings hides the mapping of its prefix until it is deleted', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const local = setLocal('1.1.1.1/32');
  t.deepEqual(
    dataPath.apply([drop('1.1.1.1/32'), local, setMapping('1.1.1.1/32', encapsulate('2.2.2.2'))]),
    [],
  );
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  dataPath.apply([{ type: 'local-eid-delete', eid: local.eid }]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 encapsulate');
});

test('a locator-set that one mapping frees can be used by another one of the same call', (t) => {
  const dataPath = openHere(t, optionsHere(t, { sizes: { ...SIZES, locators: 64 } }));
  const hosts = Array.from({ length: SIZES.locatorSets - 1 }, (_, i) => `10.0.0.${i}/32`);
  const to = (net: number): TrieEffect[] =>
    hosts.map((host, i) => setMapping(host, encapsulate(`${net}.0.0.${i}`)));
  t.deepEqual(dataPath.apply(to(2)), []);
  t.deepEqual(dataPath.apply(to(3)), []); // with one free locator-set
  t.is(lookup(dataPath, '10.0.0.3')?.locators[0]?.rloc.bits, 0x03000003n);
});

test('entries that the kernel refuses are returned with their errors, and all others are written', (t) => {
  const object = addon.loadObject('bpf/build/eid_ingress.bpf.o', { maxEntries: { xtr_map_cache_v4: 4 } });
  t.teardown(() => object.close());
  const trie = new TypedMap(object.map('xtr_map_cache_v4'), eidKeyCodec(4), mappingCodec);
  const { index } = newIndex(4);
  const batch = new TrieBatch(trie, index);
  const record = (counter: number): MappingRecord => {
    return { action: 'drop', locatorSet: undefined, counter, expiresAt_ms: undefined };
  };
  const staged = [1, 2, 3, 4, 5, 6].map((i) => {
    const prefix = eid(`10.0.0.${i}/32`);
    const place = index.reserve(prefix, i);
    if (place === undefined) throw new Error('the index has no room');
    return batch.add(prefix, record(i), askTrie(i), place);
  });
  batch.write();
  t.deepEqual(
    staged.map(({ error }) => (isBpfError(error) ? error.code : error)),
    [undefined, undefined, undefined, undefined, 'ENOSPC', 'ENOSPC'],
  );
  t.is(index.size, 4);
  for (const { eid: prefix, value, error } of staged) {
    t.is(index.get(prefix), error ? undefined : value.counter);
    t.deepEqual(trie.get(prefix), error ? undefined : value);
  }
});
