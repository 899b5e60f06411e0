// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress, parseAddress } from '#addr/index.js';
import { decodeMessage, encodeMessage, type MapRequest, WireError } from '#wire/index.js';
import { patch } from '#test/helpers/codec.js';
import { fromHex, STORY, toHex } from '#test/helpers/vectors.js';

function decode(bytes: Uint8Array): MapRequest {
  const message = decodeMessage(bytes);
  if (message.type === 'map-request') return message;
  throw new Error(`${message.type} is not a Map-Request`);
}

const SMR = decode(STORY.smr);
const NO_FLAGS = { ...SMR, probe: false, smr: false, dontMapReply: false };

const flagBit = test.macro({
  exec(t, field: keyof MapRequest, word: string) {
    const hex = `${word} ${toHex(STORY.smr.subarray(4))}`;
    t.deepEqual(decode(fromHex(hex)), { ...NO_FLAGS, [field]: true });
    t.is(toHex(encodeMessage({ ...NO_FLAGS, [field]: true })), toHex(fromHex(hex)));
  },
  title: (name = '', field: string) => `${name} is ${field}`,
});

test('A', flagBit, 'authoritative', '18000001');
test('P', flagBit, 'probe', '12000001');
test('S', flagBit, 'smr', '11000001');
test('p', flagBit, 'pitr', '10800001');
test('s', flagBit, 'smrInvoked', '10400001');
test('L', flagBit, 'localXtr', '10004001');
test('D', flagBit, 'dontMapReply', '10002001');

test('9301-5.2-06, 9301-5.2-08: R bits and Rsvd are ignored', (t) => {
  t.deepEqual(decode(patch(STORY.smr, 1, 0x3f, 0xa0)), SMR);
});

test('9301-5.2-05, 9301-5.2-07: R bits and Rsvd are sent as 0', (t) => {
  const bytes = encodeMessage(decode(patch(STORY.smr, 1, 0x3f, 0xa0)));
  t.is(toHex(bytes), toHex(STORY.smr));
});

test('9301-5.2-09, 9301-5.3-01: no Map-Request is sent without an ITR-RLOC', (t) => {
  t.throws(() => encodeMessage({ ...SMR, itrRlocs: [] }), {
    instanceOf: TypeError,
    message: /1 to 32 ITR-RLOCs, not 0/,
  });
});

test('9301-5.3-02: IRC is the number of ITR-RLOCs minus 1', (t) => {
  const itrRlocs = Array.from({ length: 32 }, (_, i) => parseAddress(i % 2 ? `10.0.0.${i}` : `fd00::${i}`));
  const bytes = encodeMessage({ ...NO_FLAGS, itrRlocs });
  t.is(bytes[2], 31);
  t.deepEqual(
    decode(bytes).itrRlocs.map((rloc) => rloc && formatAddress(rloc)),
    itrRlocs.map(formatAddress),
  );
  t.throws(() => encodeMessage({ ...SMR, itrRlocs: [...itrRlocs, undefined] }), { instanceOf: TypeError });
});

test('9301-5.3-04: a Map-Request whose ITR-RLOCs are not there is refused', (t) => {
  const bytes = fromHex('10000001 0000000000000001 0000');
  t.throws(() => decode(bytes), { instanceOf: WireError, message: /ITR-RLOC AFI/ });
});

test('9301-5.2-10: more than one record is taken', (t) => {
  const two = Uint8Array.of(...patch(STORY.smr, 3, 2), ...fromHex('0018 0001 01010100'));
  t.is(decode(two).records.length, 2);
});

test('a Map-Request without a record is refused', (t) => {
  t.throws(() => decode(patch(STORY.smr, 3, 0)), {
    instanceOf: WireError,
    message: /a message without a record/,
  });
  t.throws(() => encodeMessage({ ...SMR, records: [] }), {
    instanceOf: TypeError,
    message: /1 to 255 records, not 0/,
  });
});

test('9301-5.3-07: M is a mapping behind the records', (t) => {
  const record = '0000000a 01 18 1000 0000 0001 01010100 0164ff00 0007 0001 02020202';
  const bytes = fromHex(`${toHex(patch(STORY.smr, 0, 0x17))} ${record}`);
  const { mapping } = decode(bytes);
  t.is(mapping?.locators.length, 1);
  t.true(mapping?.locators[0]?.probed);
  t.throws(() => decode(patch(STORY.smr, 0, 0x17)), { instanceOf: WireError }, 'M without a mapping');
});

test('9301-5.4-13: the p-bit of a locator is not sent in a Map-Request', (t) => {
  const record = '0000000a 01 18 1000 0000 0001 01010100 0164ff00 0007 0001 02020202';
  const bytes = encodeMessage(decode(fromHex(`${toHex(patch(STORY.smr, 0, 0x17))} ${record}`)));
  t.false(decode(bytes).mapping?.locators[0]?.probed);
});

test('a source EID outside instance 0, of AFI 0, and of AFI 0 in an LCAF', (t) => {
  const withSource = (hex: string): MapRequest =>
    decode(fromHex(`10000001 0000000000000001 ${hex} 0000 0020 0001 01010101`));
  t.deepEqual(withSource('4003 0000 02 20 000a 00000007 0001 01010101').sourceEid, {
    instanceId: 7,
    address: parseAddress('1.1.1.1'),
  });
  t.is(withSource('0000').sourceEid, undefined);
  t.is(withSource('4003 0000 02 20 0006 00000007 0000').sourceEid, undefined);
});

test('the xTR-ID that a Pub/Sub subscriber puts behind the records is passed over', (t) => {
  t.deepEqual(decode(Uint8Array.of(...patch(STORY.smr, 1, 0x10), ...new Uint8Array(24))), SMR);
});
