// SPDX-License-Identifier: Apache-2.0
// A data path that ends and one that starts on the same pins.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { xtr_locator_set, xtr_member } from '#datapath/generated/layout.js';
import test, { type ExecutionContext } from 'ava';
import { type EidPrefix, formatEidPrefix, parseAddress } from '#addr/index.js';
import type { DataPath, TrieEffect } from '#core/ports.js';
import { type DataPathOptions, openDataPath, tearDown } from '#datapath/index.js';
import { u32 } from '#test/native/addon.js';
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

const byEid = (a: { eid: EidPrefix }, b: { eid: EidPrefix }): number =>
  formatEidPrefix(a.eid) < formatEidPrefix(b.eid) ? -1 : 1;

/** Applies the effects in one data path, and opens the next one. */
function restart(t: ExecutionContext, options: DataPathOptions, effects: readonly TrieEffect[]): DataPath {
  const first = openDataPath(options);
  t.deepEqual(first.apply(effects), []);
  first.detach();
  return openHere(t, options);
}

const mappings = [
  setMapping(
    '1.1.1.0/24',
    encapsulate(locator('2.2.2.2', { weight: 1 }), locator('6.6.6.6', { usable: false })),
    5000,
  ),
  setMapping('1.1.2.0/24', { action: 'send-map-request' }),
  setMapping('[7]2001:db8:1::/48', encapsulate(locator('2001:db8::2', { priority: 3 }))),
  setMapping('9.0.0.0/8', { action: 'drop' }, 1),
  setMapping('2001:db8::/32', { action: 'forward-native' }),
] as const;
const localEids = [
  setLocal('5.5.5.0/24', { kind: 'local', ifindex: undefined, dynamic: false }),
  setLocal('1.1.1.1/32', { kind: 'local', ifindex: 5, dynamic: true }),
  setLocal('1.1.1.0/24', { kind: 'dynamic' }),
  setLocal('1.1.1.2/32', { kind: 'away', locators: [locator('6.6.6.6')] }),
  setLocal('[7]2001:db8:1::9/128', { kind: 'away', locators: [] }),
] as const;

test('all entries are adopted unchanged', (t) => {
  const options = optionsHere(t);
  const dataPath = restart(t, options, [...mappings, ...localEids]);
  t.true(dataPath.status().adopted);
  const { mapCache, localEids: adoptedLocal } = dataPath.adopted();
  t.deepEqual(
    [...mapCache].sort(byEid),
    mappings.map(({ type: _, ...entry }) => entry as (typeof mapCache)[number]).sort(byEid),
  );
  t.deepEqual(
    [...adoptedLocal].sort(byEid),
    localEids.map(({ type: _, ...entry }) => entry as (typeof adoptedLocal)[number]).sort(byEid),
  );
  t.is(dataPath.counters().adapter['adoptedBroken'], 0);
});

test('an adopting data path keeps the indexes, and frees them later', (t) => {
  const options = optionsHere(t);
  const dataPath = restart(t, options, [...mappings, ...localEids]);
  t.deepEqual(used(dataPath), {
    ...{ map_cache_v4: 5, map_cache_v6: 2, eid_db_v4: 4, eid_db_v6: 1 },
    ...{ locator_sets: 3, locators: 3 },
  });
  // an equal set is shared: no index is allocated
  dataPath.apply([setMapping('1.1.3.0/24', encapsulate('6.6.6.6'))]);
  t.is(used(dataPath)['locator_sets'], 3);
  const prefixes = [...mappings, ...localEids, setMapping('1.1.3.0/24', { action: 'drop' })];
  dataPath.apply(
    prefixes.flatMap((effect) => [
      { type: 'map-cache-delete', eid: effect.eid } as const,
      { type: 'local-eid-delete', eid: effect.eid } as const,
    ]),
  );
  t.deepEqual(used(dataPath), {});
});

test('counters continue after a restart', (t) => {
  const options = optionsHere(t);
  const first = openDataPath(options);
  first.apply([setMapping('1.1.1.0/24', { action: 'drop' }), setMapping('1.1.2.0/24', { action: 'drop' })]);
  const counters = openPinned(t, first).map('xtr_mapping_counters');
  for (const index of [0, 1]) {
    const value = new Uint8Array(counters.valueSize);
    value[0] = index + 1;
    counters.update(u32(index), value);
  }
  first.detach();
  const second = openHere(t, options);
  t.is(second.traffic(eid('1.1.1.0/24')).packets, 1);
  t.is(second.traffic(eid('1.1.2.0/24')).packets, 2);
  second.apply([setMapping('1.1.3.0/24', { action: 'drop' })]);
  t.is(second.traffic(eid('1.1.3.0/24')).packets, 0);
});

/** Corrupts a value of a map, as no agent would. */
function spoil(
  t: ExecutionContext,
  options: DataPathOptions,
  map: string,
  key: Uint8Array,
  change: (value: Uint8Array) => unknown,
): DataPath {
  const first = openDataPath(options);
  first.apply([...mappings, ...localEids]);
  const spoilt = openPinned(t, first).map(map);
  const value = spoilt.lookup(key) ?? new Uint8Array(spoilt.valueSize);
  change(value);
  spoilt.update(key, value);
  first.detach();
  return openHere(t, options);
}

const mappingKey = u32(32 + 24, 0, 0x00010101);
const spoilt: readonly [string, string, Uint8Array, (value: Uint8Array) => unknown, string][] = [
  ['an unknown action', 'xtr_map_cache_v4', mappingKey, (value) => value.fill(9, 0, 1), 'nothing'],
  [
    'a locator-set that does not exist',
    'xtr_map_cache_v4',
    mappingKey,
    (value) => value.fill(99, 4, 5),
    'nothing',
  ],
  [
    'a counter that does not exist',
    'xtr_map_cache_v4',
    mappingKey,
    (value) => value.fill(99, 9, 11),
    'nothing',
  ],
  [
    'too many members of its set',
    'xtr_locator_sets',
    u32(0),
    (value) => (value[xtr_locator_set.offset.member_count] = 99),
    'nothing',
  ],
  [
    'a locator that does not exist',
    'xtr_locator_sets',
    u32(0),
    (value) => (value[xtr_locator_set.offset.member + xtr_member.offset.locator] = 99),
    'nothing',
  ],
  ['a locator of no family', 'xtr_locators', u32(0), (value) => value.fill(9, 32, 33), 'nothing'],
];
for (const [title, map, key, change, expected] of spoilt)
  test(`an invalid entry is removed and counted, the others are adopted: ${title}`, (t) => {
    const dataPath = spoil(t, optionsHere(t), map, key, change);
    t.is(decision(dataPath, '1.1.1.9'), expected);
    t.is(dataPath.counters().adapter['adoptedBroken'], 1);
    t.is(decision(dataPath, '1.1.2.1'), '1.1.2.0/24 send-map-request');
    t.is(dataPath.adopted().mapCache.length, 4);
    t.is(used(dataPath)['locator_sets'], 2);
  });

test('two entries with one counter: the second is removed', (t) => {
  const dataPath = spoil(t, optionsHere(t), 'xtr_map_cache_v4', mappingKey, (value) => value.fill(1, 8, 9));
  t.is(dataPath.counters().adapter['adoptedBroken'], 1);
});

test('a local EID that is in only one of its two tries is repaired', (t) => {
  const options = optionsHere(t);
  const first = openDataPath(options);
  first.apply([setLocal('1.1.1.1/32'), setLocal('1.1.1.2/32')]);
  const object = openPinned(t, first);
  object.map('xtr_map_cache_v4').delete(u32(64, 0, 0x01010101));
  object.map('xtr_eid_db_v4').delete(u32(64, 0, 0x02010101));
  first.detach();
  const dataPath = openHere(t, options);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.1/32 local');
  t.is(decision(dataPath, '1.1.1.2'), 'nothing');
  t.deepEqual(used(dataPath), { map_cache_v4: 1, eid_db_v4: 1 });
});

test('an adopted mapping can be replaced and deleted', (t) => {
  const dataPath = restart(t, optionsHere(t), [...mappings]);
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('8.8.8.8')), deleteMapping('1.1.2.0/24')]);
  t.deepEqual(lookup(dataPath, '1.1.1.1')?.locators[0]?.rloc, parseAddress('8.8.8.8'));
  t.is(decision(dataPath, '1.1.2.1'), 'nothing');
  dataPath.apply([deleteLocal('1.1.1.1/32')]);
  t.is(decision(dataPath, '1.1.1.1'), '1.1.1.0/24 encapsulate');
});

test('pinned maps of other sizes are refused with advice, and stay', (t) => {
  const options = optionsHere(t);
  openDataPath(options).detach();
  const sizes = { ...options.sizes, locators: 9 };
  t.throws(() => openDataPath({ ...options, sizes }), {
    name: 'DataPathError',
    message: /xtr_locators is pinned with max_entries 8 instead of 9.*xtrd --teardown/,
  });
  t.true(openHere(t, options).status().adopted);
});

test('tearing down removes all pins of the instance and no others', (t) => {
  const options = optionsHere(t);
  openDataPath(options).detach();
  openDataPath({ ...options, name: 'xtrt.other/1' }).detach();
  // pins of the layout before the first release, of another version, and of an incomplete start
  for (const left of ['v5/maps', 'v5/links/native', 'state-v99', 'starting/state'])
    mkdirSync(join(options.bpfFilesystem, 'xtrd/xtrt', left), { recursive: true });
  t.deepEqual(readdirSync(join(options.bpfFilesystem, 'xtrd')), ['xtrt', 'xtrt%2eother%2f1']);
  t.true(tearDown(options.bpfFilesystem, 'xtrt'));
  t.deepEqual(readdirSync(join(options.bpfFilesystem, 'xtrd')), ['xtrt%2eother%2f1']);
  t.false(tearDown(options.bpfFilesystem, 'xtrt'));
  t.true(tearDown(options.bpfFilesystem, 'xtrt.other/1'));
});

test('without a BPF file system the start fails, and the error tells how to mount one', (t) => {
  const options = { ...optionsHere(t), bpfFilesystem: '/tmp' };
  const message = /no BPF file system is mounted on \/tmp: mkdir -p \/tmp && mount -t bpf bpf \/tmp/;
  t.throws(() => openDataPath(options), { name: 'DataPathError', message });
  t.throws(() => tearDown('/nonexistent', 'xtrt'), { name: 'DataPathError' });
});

test('without BPF objects the start fails and leaves no pins', (t) => {
  const options = { ...optionsHere(t), bpfDirectory: '/nonexistent' };
  t.throws(() => openDataPath(options), { name: 'DataPathError', message: /run scripts\/build/ });
  t.false(existsSync(join(options.bpfFilesystem, 'xtrd', 'xtrt')));
});
