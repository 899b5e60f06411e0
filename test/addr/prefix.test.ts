// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import {
  AddressError,
  formatPrefix,
  hostPrefix,
  isHostPrefix,
  maskedPrefix,
  parseAddress,
  parsePrefix,
  prefixHoldsAddress,
  prefixHoldsPrefix,
  samePrefix,
} from '#addr/index.js';
import { address, prefix } from '#test/helpers/arbitraries.js';

for (const text of [
  '0.0.0.0/0',
  '1.1.1.0/24',
  '1.1.1.1/32',
  '128.0.0.0/1',
  '::/0',
  '2001:db8::/32',
  '::1/128',
])
  test(`'${text}' is a prefix`, (t) => {
    t.is(formatPrefix(parsePrefix(text)), text);
  });

const refused = test.macro({
  exec(t, text: string, message: RegExp) {
    t.throws(() => parsePrefix(text), { instanceOf: AddressError, code: 'ERR_ADDRESS', message });
  },
  title: (_, text: string) => `${JSON.stringify(text)} is not a prefix`,
});

test(refused, '', /is not a prefix: write ADDRESS\/LENGTH/);
test(refused, '1.1.1.1', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/024', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/033', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/+24', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/ 24', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/24\n', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/2e1', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/255.255.255.0', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/24/24', /write ADDRESS\/LENGTH/);
test(refused, '1.1.1.0/33', /'1\.1\.1\.0\/33': a prefix length of IPv4 is at most 32/);
test(refused, '::/129', /'::\/129': a prefix length of IPv6 is at most 128/);
test(refused, '010.1.1.0/24', /'010\.1\.1\.0' is not an IPv4 or IPv6 address/);
test(refused, 'fe80::%eth0/64', /'fe80::%eth0' is not an IPv4 or IPv6 address/);
test(refused, '/24', /'' is not an IPv4 or IPv6 address/);
test(refused, '1.1.1.1/24', /'1\.1\.1\.1\/24' has host bits set; did you mean 1\.1\.1\.0\/24\?/);
test(refused, '1.1.1.1/0', /did you mean 0\.0\.0\.0\/0\?/);
test(refused, '2001:db8::1/64', /did you mean 2001:db8::\/64\?/);

test('a masked prefix has no host bits', (t) => {
  t.is(formatPrefix(maskedPrefix(parseAddress('1.2.3.255'), 25)), '1.2.3.128/25');
  t.is(formatPrefix(maskedPrefix(parseAddress('255.255.255.255'), 0)), '0.0.0.0/0');
  t.is(formatPrefix(maskedPrefix(parseAddress('2001:db8::ffff'), 127)), '2001:db8::fffe/127');
});

test('a host prefix is as long as its address', (t) => {
  t.is(formatPrefix(hostPrefix(parseAddress('1.1.1.1'))), '1.1.1.1/32');
  t.is(formatPrefix(hostPrefix(parseAddress('::1'))), '::1/128');
  t.true(isHostPrefix(parsePrefix('1.1.1.1/32')));
  t.false(isHostPrefix(parsePrefix('1.1.1.0/31')));
  t.false(isHostPrefix(parsePrefix('2001:db8::/32')));
});

test('prefixes of other length or family are not the same', (t) => {
  t.true(samePrefix(parsePrefix('1.1.1.0/24'), parsePrefix('1.1.1.0/24')));
  t.false(samePrefix(parsePrefix('1.1.1.0/24'), parsePrefix('1.1.1.0/25')));
  t.false(samePrefix(parsePrefix('0.0.0.0/0'), parsePrefix('::/0')));
});

test('a prefix holds the addresses between its first and last', (t) => {
  const holds = (text: string, of: string): boolean =>
    prefixHoldsAddress(parsePrefix(text), parseAddress(of));
  t.deepEqual(
    ['1.1.0.255', '1.1.1.0', '1.1.1.255', '1.1.2.0', '::101:100'].map((of) => holds('1.1.1.0/24', of)),
    [false, true, true, false, false],
  );
  t.true(holds('0.0.0.0/0', '255.255.255.255'));
  t.false(holds('0.0.0.0/0', '::'));
});

test('a prefix holds itself and more specific ones, not less specific ones', (t) => {
  const holds = (outer: string, inner: string): boolean =>
    prefixHoldsPrefix(parsePrefix(outer), parsePrefix(inner));
  t.true(holds('1.1.1.0/24', '1.1.1.0/24'));
  t.true(holds('1.1.1.0/24', '1.1.1.128/25'));
  t.false(holds('1.1.1.0/24', '1.1.0.0/23'));
  t.false(holds('1.1.1.0/24', '1.1.2.0/24'));
});

test('every prefix is read again from its text', (t) => {
  fc.assert(fc.property(prefix, (value) => samePrefix(parsePrefix(formatPrefix(value)), value)));
  t.pass();
});

test('the prefix masked from an address holds it', (t) => {
  fc.assert(
    fc.property(address, fc.nat({ max: 32 }), (of, length) =>
      prefixHoldsAddress(maskedPrefix(of, length), of),
    ),
  );
  t.pass();
});
