// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import {
  EidTable,
  formatEidPrefix,
  hostEidPrefix,
  maskedPrefix,
  prefixHoldsAddress,
  prefixHoldsPrefix,
} from '#addr/index.js';
import { leastSpecificHole } from '#control/map-server/negative-prefix.js';
import { eid } from './map-server-scene.js';

function table(...prefixes: string[]): EidTable<true> {
  const known = new EidTable<true>();
  for (const prefix of prefixes) known.set(eid(prefix), true);
  return known;
}

const hole = test.macro(
  (t, known: readonly string[], requested: string, minLength: number, expected: string | undefined) => {
    const found = leastSpecificHole(eid(requested), minLength, [table(...known)]);
    t.is(found && formatEidPrefix(found), expected);
  },
);
test('nothing is known', hole, [], '1.1.1.1/32', 0, '0.0.0.0/0');
test('the other half is known', hole, ['128.0.0.0/1'], '1.1.1.1/32', 0, '0.0.0.0/1');
test('the neighbour is known', hole, ['1.1.1.0/32'], '1.1.1.1/32', 0, '1.1.1.1/32');
test('another instance ID does not count', hole, ['[7]1.1.1.0/32'], '1.1.1.1/32', 0, '0.0.0.0/0');
test('not shorter than the minimum length', hole, [], '1.1.1.1/32', 24, '1.1.1.0/24');
test(
  'a covering prefix of the minimum length does not count',
  hole,
  ['1.1.1.0/24'],
  '1.1.1.1/32',
  24,
  '1.1.1.0/24',
);
test('a known prefix inside the requested prefix', hole, ['1.1.1.1/32'], '1.1.1.0/24', 0, undefined);
test('IPv6', hole, ['2001:db8:1::/48'], '2001:db8:2::/64', 32, '2001:db8:2::/47');

test('the prefixes of all tables count', (t) => {
  const found = leastSpecificHole(eid('1.1.1.1/32'), 0, [table('2.0.0.0/8'), table('1.1.2.0/24')]);
  t.is(found && formatEidPrefix(found), '1.1.0.0/23');
});

// Addresses of 6 significant bits, so that prefixes overlap.
const prefixes = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 6 }))
  .map(([value, length]) => ({
    instanceId: 0,
    prefix: maskedPrefix({ family: 4, bits: BigInt(value) << 26n }, length),
  }));

test('9301-8.4-01: the hole covers the EID, covers no known prefix, and is the least-specific such prefix', (t) => {
  fc.assert(
    fc.property(fc.array(prefixes, { maxLength: 12 }), fc.integer({ min: 0, max: 63 }), (known, value) => {
      const address = { family: 4, bits: BigInt(value) << 26n } as const;
      const others = known.filter(({ prefix }) => !prefixHoldsAddress(prefix, address));
      const tables = [new EidTable<number>(), new EidTable<number>()];
      others.forEach((prefix, i) => tables[i % 2]?.set(prefix, i));
      const found = leastSpecificHole(hostEidPrefix({ instanceId: 0, address }), 0, tables);
      const hits = (length: number): boolean =>
        others.some(({ prefix }) => prefixHoldsPrefix(maskedPrefix(address, length), prefix));
      const expected = Array.from({ length: 33 }, (_, length) => length).find((length) => !hits(length));
      t.deepEqual(found?.prefix, expected === undefined ? undefined : maskedPrefix(address, expected));
    }),
  );
});
