// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { decodeMessage, encodeMessage, type EncapsulatedControl, WireError } from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { CAPTURED, fromHex, STORY, toHex } from '#test/helpers/vectors.js';

function decode(bytes: Uint8Array): EncapsulatedControl {
  const message = decodeMessage(bytes);
  if (message.type === 'encapsulated-control') return message;
  throw new Error(`${message.type} is not an ECM`);
}

const ECM = STORY.smrInvokedEcm;
const MESSAGE = decode(ECM);
const IPV6: EncapsulatedControl = {
  ...MESSAGE,
  innerSource: parseAddress('2001:db8::1'),
  innerDestination: parseAddress('2001:db8::2'),
};

/** Offsets in an ECM over IPv4. */
const IP = 4;
const UDP = 24;
/** In one over IPv6. */
const UDP_IPV6 = 44;

function onesComplementSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
  return sum % 0xffff; // RFC 1071: the same as to fold the carries in, but for 0 and 0xffff
}

/** Sets a word of the inner IPv4 header and mends its checksum. */
function patchIp(offset: number, word: number): Uint8Array {
  const bytes = patch(patch(ECM, IP + offset, word >> 8, word & 0xff), IP + 10, 0, 0);
  const checksum = 0xffff - onesComplementSum(bytes.subarray(IP, UDP));
  return patch(bytes, IP + 10, checksum >> 8, checksum & 0xff);
}

function refused(title: string, bytes: Uint8Array, message: RegExp): void {
  test(`${title} is refused`, (t) => {
    t.throws(() => decode(bytes), { instanceOf: WireError, message });
  });
}

refused(
  'a wrong inner IPv4 checksum',
  patch(ECM, IP + 10, 0xb4, 0xb6),
  /inner IPv4 checksum at offset 14: is wrong/,
);
refused('a changed inner address', patch(ECM, IP + 12, 2), /inner IPv4 checksum/);
refused(
  'an inner total length too large',
  patchIp(2, 61),
  /inner IPv4 total length at offset 6: 41 bytes claimed, 40 left/,
);
refused('an inner total length too small', patchIp(2, 59), /39 bytes claimed, 40 left/);
refused('an inner total length below its header', patchIp(2, 19), /-1 bytes claimed, 40 left/);
refused('a first inner fragment', patchIp(6, 0x2000), /a fragment/);
refused('a later inner fragment', patchIp(6, 0x0001), /a fragment/);
refused(
  'an inner protocol that is not UDP',
  patchIp(8, 0xff06),
  /inner IPv4 protocol at offset 13: 6 is not UDP/,
);
refused('an inner header length of 16', patch(ECM, IP, 0x44), /16 bytes are less than 20/);
refused('an inner IP version 5', patch(ECM, IP, 0x55), /inner IP version at offset 4: 5 is neither 4 nor 6/);
refused(
  'a wrong inner UDP checksum',
  patch(ECM, UDP + 6, 0x79, 0xa7),
  /inner UDP checksum at offset 30: is wrong/,
);
refused('a changed payload', patch(ECM, UDP + 8, 0x11), /inner UDP checksum/);
refused(
  'an inner UDP length too small',
  patch(ECM, UDP + 4, 0, 39),
  /inner UDP length at offset 28: 39 bytes claimed, 40 there/,
);
refused('a byte behind the inner packet', Uint8Array.of(...ECM, 0), /40 bytes claimed, 41 left/);

test('9301-5.8-03: R bits and Reserved are ignored', (t) => {
  t.deepEqual(decode(patch(ECM, 0, 0x83, 0xff, 0xff, 0xff)), MESSAGE);
});

test('9301-5.8-02: R bits and Reserved are sent as 0', (t) => {
  const bytes = encodeMessage(decode(patch(ECM, 0, 0x83, 0xff, 0xff, 0xff)));
  t.is(toHex(bytes.subarray(0, 4)), '80000000');
});

test('D asks for a Map-Referral', (t) => {
  t.true(decode(patch(ECM, 0, 0x84)).ddt);
  t.is(encodeMessage({ ...MESSAGE, ddt: true })[0], 0x84);
});

test('9301-5.8-04: an inner port of 4341 is refused, and not sent', (t) => {
  // The checksum is 0, so that only the port is wrong.
  const unchecked = patch(ECM, UDP + 6, 0, 0);
  const message = /4341 is not for control messages/;
  t.throws(() => decode(patch(unchecked, UDP, 0x10, 0xf5)), { instanceOf: WireError, message });
  t.throws(() => decode(patch(unchecked, UDP + 2, 0x10, 0xf5)), { instanceOf: WireError, message });
  t.throws(() => encodeMessage({ ...MESSAGE, innerSourcePort: 4341 }), { instanceOf: TypeError });
  t.throws(() => encodeMessage({ ...MESSAGE, innerDestinationPort: 4341 }), { instanceOf: TypeError });
});

test('an inner UDP checksum of 0 is taken over IPv4', (t) => {
  t.deepEqual(decode(patch(ECM, UDP + 6, 0, 0)), MESSAGE);
});

/** A message whose inner UDP checksum comes out as 0: two bytes of payload fill the sum up to ffff. */
function withChecksumZero(message: EncapsulatedControl, udp: number): EncapsulatedControl {
  const bytes = encodeMessage({ ...message, payload: new Uint8Array(2) });
  return { ...message, payload: bytes.slice(udp + 6, udp + 8) };
}

test('an inner UDP checksum of 0 is refused over IPv6, even where the sum is right', (t) => {
  for (const message of [IPV6, withChecksumZero(IPV6, UDP_IPV6)]) {
    const bytes = patch(encodeMessage(message), UDP_IPV6 + 6, 0, 0);
    t.throws(() => decode(bytes), { instanceOf: WireError, message: /inner UDP checksum/ });
  }
});

test('9301-5.8-05: an inner UDP checksum that comes out as 0 is sent as ffff', (t) => {
  const message = withChecksumZero(MESSAGE, UDP);
  const bytes = encodeMessage(message);
  t.is(toHex(bytes.subarray(UDP + 6, UDP + 8)), 'ffff');
  t.deepEqual(decode(bytes), message);
});

test('a payload of odd length has its right checksum', (t) => {
  for (const message of [MESSAGE, IPV6]) {
    const odd = { ...message, payload: Uint8Array.of(1, 2, 3) };
    t.deepEqual(decode(encodeMessage(odd)), odd);
  }
});

test('IPv4 options are passed over', (t) => {
  // Four NOPs behind the header: version and length, total length, and the sum of both in the checksum.
  const header = patch(ECM.slice(0, UDP), IP, 0x46, 0xc0, 0x00, 0x40);
  const withOptions = Uint8Array.of(...header, 1, 1, 1, 1, ...ECM.subarray(UDP));
  const unsummed = patch(withOptions, IP + 10, 0, 0);
  const checksum = 0xffff - onesComplementSum(unsummed.subarray(IP, UDP + 4));
  t.deepEqual(decode(patch(withOptions, IP + 10, checksum >> 8, checksum & 0xff)), MESSAGE);
});

test('inner headers of IPv6 are written with the class of IPv4 and flow label 0', (t) => {
  const expected = `80000000
    6c000000 0009 11 ff 20010db8000000000000000000000001 20010db8000000000000000000000002
    10f6 10f6 0009 727b 10`;
  t.is(toHex(encodeMessage({ ...IPV6, payload: Uint8Array.of(0x10) })), toHex(fromHex(expected)));
});

test('inner addresses of different families are not sent', (t) => {
  t.throws(() => encodeMessage({ ...MESSAGE, innerSource: parseAddress('::1') }), { instanceOf: TypeError });
});

test('LISP-SEC data in front of the inner header is kept unread', (t) => {
  for (const otkLength of ['0018', '001c']) {
    const security = fromHex(`01 00 0002 ${otkLength} 01 01 ${'ab'.repeat(24)} 0004 0001`);
    const bytes = Uint8Array.of(0x88, 0, 0, 0, ...security, ...ECM.subarray(4));
    t.deepEqual(decode(bytes), { ...MESSAGE, security });
    t.deepEqual(decode(encodeMessage({ ...MESSAGE, security })), { ...MESSAGE, security });
  }
});

test('LISP-SEC data of unknown lengths is refused, and not sent', (t) => {
  const otk = fromHex(`01 00 0002 0010 01 01 ${'ab'.repeat(24)} 0004 0001`);
  const eidAd = fromHex(`01 00 0002 0018 01 01 ${'ab'.repeat(24)} 0003 0001`);
  for (const security of [otk, eidAd]) {
    const bytes = Uint8Array.of(0x88, 0, 0, 0, ...security, ...ECM.subarray(4));
    t.throws(() => decode(bytes), { instanceOf: WireError, message: /length/ });
    t.throws(() => encodeMessage({ ...MESSAGE, security }), { instanceOf: TypeError });
  }
});

for (const { name, payload } of CAPTURED.filter(({ payload: [first] }) => first === 0x80))
  test(`${name}: encoded again, the ECM has the same addresses, ports, UDP checksum and payload`, (t) => {
    const bytes = encodeMessage(decode(payload));
    const addresses = IP + ((payload[IP] ?? 0) >> 4 === 4 ? 12 : 8);
    t.is(bytes.length, payload.length);
    t.is(toHex(bytes.subarray(addresses)), toHex(payload.subarray(addresses)));
    t.deepEqual(decode(bytes), decode(payload));
  });
