// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { unregisteredCover } from '#cli/unregistered-cover.js';
import { SITES } from '#test/api/fixture-views.js';

const UNREGISTERED = SITES[2]!;
const ROWS = ['0.0.0.0/0', '5.5.0.0/16', '5.5.5.0/24', '2001:db8::/32'].map((eid) => ({
  ...UNREGISTERED,
  eid,
}));

for (const [eid, found] of [
  ['5.5.5.0/24', '5.5.5.0/24'],
  ['5.5.5.1', '5.5.5.0/24'],
  ['5.5.0.0/17', '5.5.0.0/16'],
  ['8.8.8.8', '0.0.0.0/0'],
  ['2001:DB8:0::1', '2001:db8::/32'],
  ['2001:db9::1', undefined],
] as const)
  test(`${eid} lies in ${found ?? 'no configured prefix'}`, (t) => {
    t.is(unregisteredCover(ROWS, eid)[0]?.eid, found);
  });

test('registered prefixes are not taken', (t) => {
  t.deepEqual(unregisteredCover([{ ...UNREGISTERED, registered: true }], '5.5.5.1'), []);
});
