// SPDX-License-Identifier: Apache-2.0
// What a record may hold, and what is done with what it may not.
import test from 'ava';
import { type EidPrefix, formatEidPrefix, parsePrefix } from '#addr/index.js';
import { decodeMessage, encodeMessage, type MapReply, type MapRequest, WireError } from '#wire/index.js';
import { fromHex, toHex } from '#test/helpers/vectors.js';

function decodeMapReply(hex: string): MapReply {
  const message = decodeMessage(fromHex(hex));
  if (message.type === 'map-reply') return message;
  throw new Error(`${message.type} is not a Map-Reply`);
}

function decodeMapRequest(hex: string): MapRequest {
  const message = decodeMessage(fromHex(hex));
  if (message.type === 'map-request') return message;
  throw new Error(`${message.type} is not a Map-Request`);
}

const REPLY = '20000001 0000000000000001';
const REQUEST = '10000001 0000000000000001 0000 0001 04040404';
const TTL = '000005a0';
const NO_LOCATORS = (maskLength: string, eid: string): string =>
  `${REPLY} ${TTL} 00 ${maskLength} 1000 0000 ${eid}`;
const ONE_LOCATOR = (locator: string): string => `${REPLY} ${TTL} 01 20 1000 0000 0001 01010101 ${locator}`;

const eidReads = test.macro({
  exec(t, maskLength: string, eid: string, expected: string) {
    const [record] = decodeMapReply(NO_LOCATORS(maskLength, eid)).records;
    t.is(formatEidPrefix(record!.eid), expected);
    const [requested] = decodeMapRequest(`${REQUEST} 00 ${maskLength} ${eid}`).records;
    t.is(formatEidPrefix(requested!), expected);
  },
  title: (name = '', _maskLength: string, _eid: string, expected: string) => `${name}: ${expected}`,
});

test('an IPv4 EID-Prefix', eidReads, '18', '0001 01010100', '1.1.1.0/24');
test('the IPv4 default', eidReads, '00', '0001 00000000', '0.0.0.0/0');
test('an IPv6 EID-Prefix', eidReads, '20', '0002 20010db8000000000000000000000000', '2001:db8::/32');
test('host bits are masked off', eidReads, '18', '0001 010101ff', '1.1.1.0/24');
test(
  'the mask length of a prefix in an LCAF',
  eidReads,
  '18',
  '4003 0000 02 20 000a 00000007 0001 01010100',
  '[7]1.1.1.0/24',
);
test(
  'the LCAF flags, reserved bits and IID mask-len do not count',
  eidReads,
  '18',
  '4003 ffff 02 00 000a 00000007 0001 01010100',
  '[7]1.1.1.0/24',
);
test(
  'the largest instance ID',
  eidReads,
  '80',
  '4003 0000 02 20 0016 00ffffff 0002 20010db8000000000000000000000001',
  '[16777215]2001:db8::1/128',
);
test(
  'an LCAF with instance ID 0',
  eidReads,
  '20',
  '4003 0000 02 20 000a 00000000 0001 01010101',
  '1.1.1.1/32',
);

const eidRefused = test.macro({
  exec(t, maskLength: string, eid: string, message: RegExp) {
    for (const hex of [NO_LOCATORS(maskLength, eid), `${REQUEST} 00 ${maskLength} ${eid}`])
      t.throws(() => decodeMessage(fromHex(hex)), { instanceOf: WireError, message });
  },
  title: (name = '') => `${name} is refused`,
});

test('a mask length of 33 for IPv4', eidRefused, '21', '0001 01010101', /EID mask-len .*33 is more than 32/);
test(
  'a mask length of 129 for IPv6',
  eidRefused,
  '81',
  '0002 20010db8000000000000000000000000',
  /129 is more than 128/,
);
test('a record without an EID', eidRefused, '00', '0000', /a record without an EID/);
test(
  '9301-5.1-01: an EID of AFI 16389 (MAC)',
  eidRefused,
  '30',
  '4005 020304050607',
  /EID-Prefix AFI .*AFI 16389 is not supported/,
);
test(
  '9301-5.1-01: an EID in an LCAF of type 12',
  eidRefused,
  '20',
  '4003 0000 0c 00 000a 00000000 0001 01010101',
  /LCAF type 12 is not supported/,
);
test(
  '9301-5.1-01: an unknown AFI in an LCAF',
  eidRefused,
  '20',
  '4003 0000 02 20 000a 00000007 0011 01010101',
  /AFI 17 is not supported/,
);
test(
  'an LCAF in an LCAF',
  eidRefused,
  '20',
  '4003 0000 02 20 0016 00000007 4003 0000 02 20 000a 00000007 0001 01010101',
  /an LCAF is not supported here/,
);
test(
  'an instance ID of 25 bits',
  eidRefused,
  '20',
  '4003 0000 02 20 000a 01000000 0001 01010101',
  /16777216 has more than 24 bits/,
);
test(
  'an LCAF too long for its address',
  eidRefused,
  '20',
  '4003 0000 02 20 000b 00000007 0001 01010101 00',
  /1 bytes too many/,
);
test(
  'an LCAF too short for its address',
  eidRefused,
  '20',
  '4003 0000 02 20 0009 00000007 0001 01010101',
  /message ends/,
);
test(
  'a range of instances, which is no EID',
  eidRefused,
  '00',
  '4003 0000 02 20 0006 00000007 0000',
  /a record without an EID/,
);

const locatorRefused = test.macro({
  exec(t, locator: string, message: RegExp) {
    t.throws(() => decodeMessage(fromHex(ONE_LOCATOR(locator))), { instanceOf: WireError, message });
  },
  title: (name = '') => `${name} is refused`,
});

test('a locator without an address', locatorRefused, '0164ff00 0005 0000', /a locator without an address/);
test(
  '9301-5.1-01: a locator of AFI 17',
  locatorRefused,
  '0164ff00 0005 0011 00',
  /locator AFI .*AFI 17 is not supported/,
);
test(
  '9301-5.1-01: a locator in an LCAF',
  locatorRefused,
  '0164ff00 0005 4003 0000 05 00 0000',
  /an LCAF is not supported here/,
);

test('unused flags of a locator are ignored', (t) => {
  const [record] = decodeMapReply(ONE_LOCATOR('0164ff00 fffa 0001 04040404')).records;
  const [locator] = record!.locators;
  t.deepEqual([locator!.local, locator!.probed, locator!.reachable], [false, true, false]);
});

test('reserved bits of a record are ignored, its map-version has 12 bits', (t) => {
  const [record] = decodeMapReply(`${REPLY} ${TTL} 00 20 8fff ffff 0001 01010101`).records;
  t.is(record!.action, 4);
  t.false(record!.authoritative);
  t.is(record!.mapVersion, 0xfff);
});

test('actions 6 and 7 are kept as they came', (t) => {
  const [record] = decodeMapReply(`${REPLY} ${TTL} 00 20 f000 0000 0001 01010101`).records;
  t.is(record!.action, 7);
});

test('32 locators are taken, 33 are refused', (t) => {
  const locators = (count: number): string => '0164ff00 0005 0001 04040404'.repeat(count);
  const [record] = decodeMapReply(`${REPLY} ${TTL} 20 20 1000 0000 0001 01010101 ${locators(32)}`).records;
  t.is(record!.locators.length, 32);
  t.throws(() => decodeMapReply(`${REPLY} ${TTL} 21 20 1000 0000 0001 01010101 ${locators(33)}`), {
    instanceOf: WireError,
    message: /locator count .*33 is more than 32/,
  });
});

test('255 records are taken, and one missing is refused', (t) => {
  const records = (count: number): string => `${TTL} 00 20 1000 0000 0001 01010101`.repeat(count);
  t.is(decodeMapReply(`200000ff 0000000000000001 ${records(255)}`).records.length, 255);
  t.throws(() => decodeMapReply(`200000ff 0000000000000001 ${records(254)}`), { instanceOf: WireError });
});

test('an EID outside instance 0 is written in an LCAF with IID mask-len 32', (t) => {
  const eid: EidPrefix = { instanceId: 7, prefix: parsePrefix('1.1.1.0/24') };
  const bytes = encodeMessage({ ...decodeMapRequest(`${REQUEST} 00 20 0001 01010101`), records: [eid] });
  t.is(toHex(bytes), toHex(fromHex(`${REQUEST} 00 18 4003 0000 02 20 000a 00000007 0001 01010100`)));
});
