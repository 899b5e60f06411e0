// SPDX-License-Identifier: Apache-2.0
// Invalid arguments are a TypeError that names the field.
import test from 'ava';
import { parsePrefix } from '#addr/index.js';
import {
  type ControlMessage,
  decodeMessage,
  encodeMessage,
  type EidRecord,
  type LocatorRecord,
  type MapNotify,
} from '#wire/index.js';
import { STORY } from '#test/helpers/vectors.js';

const NOTIFY = decodeMessage(STORY.mapNotify) as MapNotify;
const ECM = decodeMessage(STORY.smrInvokedEcm);
const RECORD = NOTIFY.records[0] as EidRecord;
const LOCATOR = RECORD.locators[0] as LocatorRecord;

const withRecord = (change: Partial<EidRecord>): MapNotify => ({
  ...NOTIFY,
  records: [{ ...RECORD, ...change }],
});
const withLocator = (change: Partial<LocatorRecord>): MapNotify =>
  withRecord({ locators: [{ ...LOCATOR, ...change }] });

const throwsTypeError = test.macro({
  exec(t, message: ControlMessage, expected: RegExp) {
    t.throws(() => encodeMessage(message), { instanceOf: TypeError, message: expected });
  },
  title: (name = '') => `${name} is a TypeError`,
});

test('a nonce of 65 bits', throwsTypeError, { ...NOTIFY, nonce: 1n << 64n }, /nonce: .* 64 bits/);
test('a negative nonce', throwsTypeError, { ...NOTIFY, nonce: -1n }, /nonce/);
test(
  'a TTL of 33 bits',
  throwsTypeError,
  withRecord({ ttl_min: 2 ** 32 }),
  /record TTL: 4294967296 .* 32 bits/,
);
test('a TTL that is no integer', throwsTypeError, withRecord({ ttl_min: 0.5 }), /record TTL/);
test('a TTL that is no number', throwsTypeError, withRecord({ ttl_min: NaN }), /record TTL/);
test('an action of 4 bits', throwsTypeError, withRecord({ action: 8 }), /ACT: 8 .* 3 bits/);
test(
  'a map-version of 13 bits',
  throwsTypeError,
  withRecord({ mapVersion: 4096 }),
  /map-version: 4096 .* 12 bits/,
);
test(
  '33 locators',
  throwsTypeError,
  withRecord({ locators: Array(33).fill(LOCATOR) }),
  /at most 32 locators, not 33/,
);
test('a priority of 9 bits', throwsTypeError, withLocator({ priority: 256 }), /priority: 256/);
test('a negative weight', throwsTypeError, withLocator({ weight: -1 }), /weight: -1/);
test('no record', throwsTypeError, { ...NOTIFY, records: [] }, /1 to 255 records, not 0/);
test(
  '256 records',
  throwsTypeError,
  { ...NOTIFY, records: Array(256).fill(RECORD) },
  /1 to 255 records, not 256/,
);
test(
  'an instance ID of 25 bits',
  throwsTypeError,
  withRecord({ eid: { instanceId: 2 ** 24, prefix: parsePrefix('1.1.1.0/24') } }),
  /instance ID: 16777216 .* 24 bits/,
);
test(
  'a mask length over that of the family',
  throwsTypeError,
  withRecord({ eid: { instanceId: 0, prefix: { ...parsePrefix('1.1.1.0/24'), length: 33 } } }),
  /EID mask-len: 33 is too long for IPv4/,
);
test(
  'an xTR-ID of 129 bits',
  throwsTypeError,
  { ...NOTIFY, identity: { xtrId: 1n << 128n, siteId: 0n } },
  /xTR-ID/,
);
test(
  'an inner port of 17 bits',
  throwsTypeError,
  { ...ECM, innerSourcePort: 65536 } as ControlMessage,
  /inner UDP port/,
);
test(
  'a message longer than UDP holds',
  throwsTypeError,
  { ...ECM, payload: new Uint8Array(65507) } as ControlMessage,
  /at most 65507 bytes/,
);
