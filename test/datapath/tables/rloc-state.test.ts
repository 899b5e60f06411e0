// SPDX-License-Identifier: Apache-2.0
// The state of an RLOC in the maps: set once for all mappings with this RLOC.
import { setImmediate as nextTurn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { parseAddress } from '#addr/index.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import type { DataPath, TableEffect } from '#core/ports.js';
import { openDataPath } from '#datapath/index.js';
import { xtr_constants, xtr_locator_set } from '#datapath/generated/layout.js';
import { locatorSetCodec } from '#datapath/records/locator-set.js';
import { u32 } from '#test/native/addon.js';
import {
  deleteMapping,
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

const { XTR_BUCKETS, XTR_NONE } = xtr_constants;

function state(rloc: string, up: boolean): TableEffect {
  return { type: 'rloc-state', rloc: parseAddress(rloc), up };
}

/** The locators for packets to a host: last byte of the RLOC, state, and percentage of the buckets. */
function shares(dataPath: DataPath, host: string): string[] {
  const locators = lookup(dataPath, host)?.locators ?? [];
  return locators.map(({ rloc, up, share }) => `${rloc.bits & 0xffn} ${up ? 'up' : 'down'} ${share * 100}`);
}

/** The locator-sets, read from the kernel. */
function sets(t: ExecutionContext, dataPath: DataPath, count: number): Uint8Array[] {
  const map = openPinned(t, dataPath).map('xtr_locator_sets');
  return Array.from({ length: count }, (_, i) => map.lookup(u32(i)) ?? new Uint8Array());
}

function buckets(bytes: Uint8Array | undefined): number[] {
  return [...(locatorSetCodec.decode(bytes ?? new Uint8Array())?.buckets ?? [])];
}

/** Three equal locators. */
const THREE = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((rloc) => locator(rloc));

test('an RLOC that is down loses its buckets in all sets, and no prefix is written', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([
    setMapping('1.1.1.0/24', encapsulate(locator('10.0.0.1'), locator('10.0.0.2'))),
    setMapping(
      '1.1.2.0/24',
      encapsulate(locator('10.0.0.1', { priority: 1 }), locator('10.0.0.3', { priority: 2 })),
    ),
    setMapping('1.1.3.0/24', encapsulate('10.0.0.2')),
  ]);
  const trie = openPinned(t, dataPath).map('xtr_map_cache_v4');
  const values = (): (Uint8Array | undefined)[] =>
    [1, 2, 3].map((n) => trie.lookup(u32(56, 0, 0x0101 + n * 0x10000)));
  const before = values();
  t.deepEqual(dataPath.apply([state('10.0.0.1', false)]), []);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['1 down 0', '2 up 100']);
  t.deepEqual(shares(dataPath, '1.1.2.1'), ['1 down 0', '3 up 100']);
  t.deepEqual(shares(dataPath, '1.1.3.1'), ['2 up 100']);
  t.true(before.every((value) => value !== undefined));
  t.deepEqual(values(), before);
  t.is(used(dataPath)['locator_sets'], 3);
  dataPath.apply([state('10.0.0.1', true)]);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['1 up 50', '2 up 50']);
  t.deepEqual(shares(dataPath, '1.1.2.1'), ['1 up 100', '3 up 0']);
});

test('flows of the other locators keep their buckets, and the moved ones come back to theirs', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate(...THREE))]);
  const [before] = sets(t, dataPath, 1);
  dataPath.apply([state('10.0.0.2', false)]);
  const [during] = sets(t, dataPath, 1);
  const lost = buckets(before)[Math.floor(XTR_BUCKETS / 2)];
  buckets(before).forEach((bucket, i) => {
    if (bucket === lost) t.not(buckets(during)[i], lost);
    else t.is(buckets(during)[i], bucket);
  });
  dataPath.apply([state('10.0.0.2', true)]);
  t.deepEqual(sets(t, dataPath, 1), [before]);
});

test('if no RLOC is up there is no locator; the status bits tell which ones are up', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate(...THREE, locator('10.0.0.4', { usable: false })))]);
  const statusBits = (): number =>
    locatorSetCodec.decode(sets(t, dataPath, 1)[0] ?? new Uint8Array())?.statusBits ?? 0;
  t.is(statusBits(), 0b0111);
  dataPath.apply([state('10.0.0.1', false), state('10.0.0.3', false)]);
  t.is(statusBits(), 0b0010);
  dataPath.apply([state('10.0.0.2', false)]);
  t.is(statusBits(), 0);
  t.true(buckets(sets(t, dataPath, 1)[0]).every((bucket) => bucket === XTR_NONE));
  dataPath.apply([state('10.0.0.4', false), state('10.0.0.4', true)]);
  t.is(statusBits(), 0);
});

test('a new set uses the known states, also of an RLOC that was unused when its state was set', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([state('10.0.0.1', false)]);
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('10.0.0.1', '10.0.0.2'))]);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['1 down 0', '2 up 100']);
  dataPath.apply([setLocal('1.1.2.1/32', { kind: 'away', locators: [locator('10.0.0.1')] })]);
  dataPath.apply([deleteMapping('1.1.1.0/24')]);
  dataPath.apply([state('10.0.0.1', true), setMapping('1.1.1.0/24', encapsulate('10.0.0.1'))]);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['1 up 100']);
});

test('if the index of a locator is reused for another RLOC, the state is not', (t) => {
  const { sizes } = optionsHere(t);
  const dataPath = openHere(t, optionsHere(t, { sizes: { ...sizes, locators: 1 } }));
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('10.0.0.1')), state('10.0.0.1', false)]);
  dataPath.apply([deleteMapping('1.1.1.0/24')]);
  t.deepEqual(dataPath.apply([setMapping('1.1.1.0/24', encapsulate('10.0.0.2'))]), []);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['2 up 100']);
});

test('a state applies to locators with different sources, and to IPv6', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  const second: Partial<ForwardingLocator> = { source: parseAddress('4.4.4.5') };
  dataPath.apply([
    setMapping(
      '1.1.1.0/24',
      encapsulate(locator('10.0.0.1'), locator('10.0.0.1', second), locator('10.0.0.2')),
    ),
    setMapping('2001:db8:1::/48', encapsulate('2001:db8::1', '2001:db8::2')),
    ...[state('10.0.0.1', false), state('2001:db8::1', false)],
  ]);
  t.deepEqual(shares(dataPath, '1.1.1.1'), ['1 down 0', '1 down 0', '2 up 100']);
  t.deepEqual(shares(dataPath, '2001:db8:1::1'), ['1 down 0', '2 up 100']);
});

test('an adopting data path finds the states of RLOCs and the members of sets', (t) => {
  const options = optionsHere(t);
  const first = openDataPath(options);
  const locators = [...THREE, locator('10.0.0.4', { usable: false })];
  first.apply([setMapping('1.1.1.0/24', encapsulate(...locators)), state('10.0.0.2', false)]);
  first.detach();
  const second = openHere(t, options);
  t.deepEqual(second.adopted(), {
    mapCache: [
      {
        eid: { instanceId: 0, prefix: { address: parseAddress('1.1.1.0'), length: 24 } },
        forwarding: encapsulate(...locators),
        expiresAt_ms: undefined,
      },
    ],
    localEids: [],
    rlocsDown: [parseAddress('10.0.0.2')],
  });
  second.apply([state('10.0.0.2', true)]);
  t.deepEqual(
    shares(second, '1.1.1.1').map((text) => text.replace(/ 3\d.*/, ' third')),
    ['1 up third', '2 up third', '3 up third', '4 down 0'],
  );
});

test('an agent was killed between two sets: the next one makes both consistent, as down', (t) => {
  const options = optionsHere(t);
  const first = openDataPath(options);
  first.apply([
    setMapping('1.1.1.0/24', encapsulate('10.0.0.1', '10.0.0.2')),
    setMapping('1.1.2.0/24', encapsulate('10.0.0.1', '10.0.0.3')),
  ]);
  const map = openPinned(t, first).map('xtr_locator_sets');
  const value = map.lookup(u32(1)) ?? new Uint8Array();
  value.set(u32(0b10), xtr_locator_set.offset.status_bits);
  map.update(u32(1), value);
  first.detach();
  const second = openHere(t, options);
  t.deepEqual(second.adopted().rlocsDown, [parseAddress('10.0.0.1')]);
  t.deepEqual(shares(second, '1.1.1.1'), ['1 down 0', '2 up 100']);
});

test('many sets, which are written in several slices: all are updated', async (t) => {
  const { sizes } = optionsHere(t);
  const many = 1000;
  const dataPath = openHere(
    t,
    optionsHere(t, { sizes: { ...sizes, mapCacheEntries: many, locatorSets: many, locators: many + 1 } }),
  );
  const host = (i: number): string => `1.1.${i >> 8}.${i & 0xff}`;
  const all = Array.from({ length: many }, (_, i) =>
    setMapping(`${host(i)}/32`, encapsulate('10.0.0.1', `10.1.${i >> 8}.${i & 0xff}`)),
  );
  t.deepEqual(dataPath.apply(all), []);
  dataPath.apply([state('10.0.0.1', false)]);
  const isRight = (_: unknown, i: number): boolean => shares(dataPath, host(i))[0] === '1 down 0';
  while (!all.every(isRight)) await nextTurn();
  dataPath.apply([state('10.0.0.1', true)]);
  while (all.some(isRight)) await nextTurn();
  t.pass();
});
