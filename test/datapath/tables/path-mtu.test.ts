// SPDX-License-Identifier: Apache-2.0
// The path MTU of an RLOC in the maps: set once for all mappings with this RLOC.
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import type { DataPath, TableEffect } from '#core/ports.js';
import { openDataPath } from '#datapath/index.js';
import {
  deleteMapping,
  encapsulate,
  locator,
  lookup,
  openHere,
  optionsHere,
  setMapping,
} from '#test/datapath/open-here.js';

function pathMtu(rloc: string, mtu_bytes: number | undefined): TableEffect {
  return { type: 'rloc-mtu', rloc: parseAddress(rloc), mtu_bytes };
}

const mtus = (dataPath: DataPath, host: string) =>
  lookup(dataPath, host)?.locators.map(({ pathMtu_bytes }) => pathMtu_bytes);

const SECOND_SOURCE = { source: parseAddress('4.4.4.5') };

test('it is in all locators with the RLOC, those made later included', (t) => {
  const dataPath = openHere(t, optionsHere(t));
  dataPath.apply([
    setMapping('1.1.1.0/24', encapsulate('10.0.0.1', '10.0.0.2')),
    pathMtu('10.0.0.1', 1400),
    setMapping('1.1.2.0/24', encapsulate(locator('10.0.0.1', SECOND_SOURCE))),
    setMapping('2001:db8:1::/48', encapsulate('2001:db8::1')),
    pathMtu('2001:db8::1', 1300),
  ]);
  t.deepEqual(mtus(dataPath, '1.1.1.1'), [1400, undefined]);
  t.deepEqual(mtus(dataPath, '1.1.2.1'), [1400]);
  t.deepEqual(mtus(dataPath, '2001:db8:1::1'), [1300]);
  dataPath.apply([pathMtu('10.0.0.1', undefined)]);
  t.deepEqual(mtus(dataPath, '1.1.1.1'), [undefined, undefined]);
  t.deepEqual(mtus(dataPath, '1.1.2.1'), [undefined]);
});

test('an index that goes to another RLOC does not keep it', (t) => {
  const { sizes } = optionsHere(t);
  const dataPath = openHere(t, optionsHere(t, { sizes: { ...sizes, locators: 1 } }));
  dataPath.apply([setMapping('1.1.1.0/24', encapsulate('10.0.0.1')), pathMtu('10.0.0.1', 1400)]);
  dataPath.apply([deleteMapping('1.1.1.0/24'), setMapping('1.1.1.0/24', encapsulate('10.0.0.2'))]);
  t.deepEqual(mtus(dataPath, '1.1.1.1'), [undefined]);
});

test('an adopting data path finds it', (t) => {
  const options = optionsHere(t);
  const first = openDataPath(options);
  first.apply([setMapping('1.1.1.0/24', encapsulate('10.0.0.1', '10.0.0.2')), pathMtu('10.0.0.2', 1400)]);
  first.detach();
  const second = openHere(t, options);
  t.deepEqual(second.adopted().pathMtus, [{ rloc: parseAddress('10.0.0.2'), mtu_bytes: 1400 }]);
  t.deepEqual(mtus(second, '1.1.1.1'), [undefined, 1400]);
  second.apply([setMapping('1.1.9.0/24', encapsulate('10.0.0.2'))]);
  t.deepEqual(mtus(second, '1.1.9.1'), [1400]);
});
