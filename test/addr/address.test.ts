// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import {
  type Address,
  addressBytes,
  AddressError,
  addressFromBytes,
  compareAddresses,
  formatAddress,
  parseAddress,
  sameAddress,
} from '#addr/index.js';
import { toHex } from '#test/helpers/vectors.js';
import { address } from '#test/helpers/arbitraries.js';

const canonical = test.macro({
  exec(t, text: string, bits: bigint, written: string = text) {
    t.is(parseAddress(text).bits, bits);
    t.is(formatAddress(parseAddress(text)), written);
  },
  title: (_, text: string, _bits: bigint, written: string = text) => `'${text}' is written '${written}'`,
});

test(canonical, '0.0.0.0', 0n);
test(canonical, '1.2.3.4', 0x01020304n);
test(canonical, '255.255.255.255', 0xffffffffn);
test(canonical, '::', 0n);
test(canonical, '::1', 1n);
test(canonical, '1::', 1n << 112n);
test(canonical, '0:0:0:0:0:0:0:1', 1n, '::1');
test(canonical, '2001:DB8::A', 0x20010db8_00000000_00000000_0000000an, '2001:db8::a'); // RFC 5952 4.3
test(canonical, '2001:0db8::0001', 0x20010db8_00000000_00000000_00000001n, '2001:db8::1'); // 4.1
test(canonical, '2001:db8:0:1:1:1:1:1', 0x20010db8_00000001_00010001_00010001n); // 4.2.2: one group stays
test(canonical, '2001:db8::1:1:1:1:1', 0x20010db8_00000001_00010001_00010001n, '2001:db8:0:1:1:1:1:1');
test(canonical, '2001:0:0:1:0:0:0:1', 0x20010000_00000001_00000000_00000001n, '2001:0:0:1::1'); // 4.2.3: the longest
test(canonical, '2001:db8:0:0:1:0:0:1', 0x20010db8_00000000_00010000_00000001n, '2001:db8::1:0:0:1'); // the first
test(canonical, '1:2:3:4:5:6:7::', 0x00010002_00030004_00050006_00070000n, '1:2:3:4:5:6:7:0');
test(canonical, '::2:3:4:5:6:7:8', 0x00000002_00030004_00050006_00070008n, '0:2:3:4:5:6:7:8');
test(canonical, '::ffff:10.1.2.3', 0xffff_0a010203n); // RFC 5952 section 5
test(canonical, '::ffff:a01:203', 0xffff_0a010203n, '::ffff:10.1.2.3');
test(canonical, '64:ff9b::192.0.2.1', 0x0064ff9b_00000000_00000000_c0000201n, '64:ff9b::c000:201');

const hostile = test.macro({
  exec(t, text: string) {
    const error = t.throws(() => parseAddress(text), { instanceOf: AddressError, code: 'ERR_ADDRESS' });
    t.true(error.message.includes(`'${text}'`));
  },
  title: (_, text: string) => `${JSON.stringify(text)} is not an address`,
});

for (const text of [
  '',
  ' ',
  '1.1.1',
  '1.1.1.1.1',
  '1.1.1.256',
  '1.1.1.-1',
  '010.1.1.1',
  '1.1.1.01',
  '0x1.1.1.1',
  '16843009',
  '1.1.1.1 ',
  '\n1.1.1.1',
  '1.1.1.1/32',
  '1.1.1.1%eth0',
  '١.1.1.1',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  'fe80::1%eth0',
  'fe80::1%',
  '::1.2.3',
  '::ffff:010.1.1.1',
  '::ffff:1.2.3.256',
  '[::1]',
  'localhost',
])
  test(hostile, text);

test('every address is read again from its text', (t) => {
  fc.assert(fc.property(address, (value) => sameAddress(parseAddress(formatAddress(value)), value)));
  t.pass();
});

test('every address is read again from its bytes', (t) => {
  fc.assert(fc.property(address, (value) => sameAddress(addressFromBytes(addressBytes(value)), value)));
  t.pass();
});

test('any text is an address or an AddressError', (t) => {
  const characters = fc.constantFrom(...'0123456789abcdefABCDEF:./%- g[]\0é');
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 45 }), (text) => {
      try {
        const value = parseAddress(text);
        return sameAddress(parseAddress(formatAddress(value)), value);
      } catch (error) {
        return error instanceof AddressError;
      }
    }),
  );
  t.pass();
});

test('bytes are in network order', (t) => {
  t.is(toHex(addressBytes(parseAddress('1.2.3.4'))), '01020304');
  t.is(toHex(addressBytes(parseAddress('2001:db8::fffe'))), '20010db800000000000000000000fffe');
});

test('bytes are read from the middle of a buffer', (t) => {
  const buffer = Uint8Array.of(9, 9, 1, 2, 3, 4, 9);
  t.is(formatAddress(addressFromBytes(buffer.subarray(2, 6))), '1.2.3.4');
});

for (const length of [0, 3, 5, 15, 17])
  test(`${length} bytes are not an address`, (t) => {
    t.throws(() => addressFromBytes(new Uint8Array(length)), { instanceOf: AddressError });
  });

test('an IPv4 address is not the IPv6 address of the same number', (t) => {
  t.false(sameAddress(parseAddress('0.0.0.1'), parseAddress('::1')));
});

test('9301-5.5-05: addresses sort ascending as numbers, IPv4 before IPv6', (t) => {
  const texts = ['::1', '10.0.0.0', '9.255.0.0', '255.0.0.1', '::', '2001:db8::', '10.0.0.0'];
  const sorted = texts.map(parseAddress).sort(compareAddresses).map(formatAddress);
  t.deepEqual(sorted, ['9.255.0.0', '10.0.0.0', '10.0.0.0', '255.0.0.1', '::', '::1', '2001:db8::']);
  const same: Address = parseAddress('1.1.1.1');
  t.is(compareAddresses(same, parseAddress('1.1.1.1')), 0);
});
